package repo

import "time"

// budget bounds the work of one Repo over its whole life.
type budget struct {
	left     time.Duration // still to spend, as of the current call's start
	deadline time.Time     // of the current call
	entries  int           // still to look at
	steps    uint          // since the clock was last read
}

// begin starts the clock for one call and returns what stops it. Calls do not nest.
func (b *budget) begin() func() {
	b.deadline = time.Now().Add(b.left)
	return func() { b.left = time.Until(b.deadline) }
}

// spent reports whether the time is used up.
func (b *budget) spent() bool {
	return b.left <= 0 || !time.Now().Before(b.deadline)
}

// check returns ErrBudget if the time is used up.
func (b *budget) check() error {
	if b.spent() {
		return ErrBudget
	}
	return nil
}

// entry counts one directory entry or commit.
func (b *budget) entry() error {
	if b.entries <= 0 {
		return ErrBudget
	}
	b.entries--
	return b.step(64)
}

// step counts n units of cheap work and looks at the clock now and then.
func (b *budget) step(n uint) error {
	if b.left <= 0 {
		return ErrBudget
	}
	b.steps += n
	if b.steps < 4096 {
		return nil
	}
	b.steps = 0
	if b.spent() {
		b.left = 0
		return ErrBudget
	}
	return nil
}
