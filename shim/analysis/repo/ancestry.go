package repo

import "container/heap"

// clockSkew is how much older than its child a commit may claim to be before
// the search gives up on it, in seconds. Giving up errs towards unmerged.
const clockSkew = 24 * 60 * 60

// search looks for target among the ancestors of tips, newest first.
func (r *Repo) search(target oid, tips []oid) BranchState {
	goal, err := r.store.commit(target)
	if err != nil {
		return BranchUnknown
	}
	var (
		queue   commitQueue
		seen    = map[oid]bool{}
		missing bool
	)
	push := func(o oid) (found bool) {
		if o == target {
			return true
		}
		if seen[o] {
			return false
		}
		seen[o] = true
		c, err := r.store.commit(o)
		switch {
		case err != nil:
			missing = true
		case c.date >= goal.date-clockSkew:
			heap.Push(&queue, c)
		}
		return false
	}
	for _, o := range tips {
		if r.budget.entry() != nil {
			return BranchUnknown
		}
		if push(o) {
			return BranchMerged
		}
	}
	for queue.Len() > 0 {
		if r.budget.entry() != nil || r.budget.spent() {
			return BranchUnknown
		}
		for _, o := range heap.Pop(&queue).(commit).parents {
			if push(o) {
				return BranchMerged
			}
		}
	}
	if missing {
		return BranchUnknown
	}
	return BranchUnmerged
}

// commitQueue is a heap with the newest commit on top.
type commitQueue []commit

func (q commitQueue) Len() int           { return len(q) }
func (q commitQueue) Less(i, j int) bool { return q[i].date > q[j].date }
func (q commitQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *commitQueue) Push(x any)        { *q = append(*q, x.(commit)) }
func (q *commitQueue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}
