package analysis

import (
	"iter"
	"maps"
)

// variables holds the variables of a state. Copies share what neither of them has
// changed since, so that control flow can fork as often as it likes.
type variables struct {
	base *baseVars
	own  map[string]*variable // what differs from base; nil for one that is gone
	many int                  // variables of several values
}

// baseVars is shared between copies and never changes.
type baseVars struct{ m map[string]variable }

// maxOwn bounds what is copied with each copy.
const maxOwn = 24

func newVariables() variables { return variables{base: &baseVars{}, own: map[string]*variable{}} }

// get returns a variable.
func (s *variables) get(name string) (variable, bool) {
	if v, ok := s.own[name]; ok {
		if v == nil {
			return variable{}, false
		}
		return *v, true
	}
	v, ok := s.base.m[name]
	return v, ok
}

// at is get for those who need not know whether there is one.
func (s *variables) at(name string) variable {
	v, _ := s.get(name)
	return v
}

func (s *variables) set(name string, v variable) {
	s.count(name, len(v.alts))
	s.own[name] = &v
}

func (s *variables) drop(name string) {
	s.count(name, 0)
	if _, ok := s.base.m[name]; ok {
		s.own[name] = nil
		return
	}
	delete(s.own, name)
}

// count keeps the number of variables of several values when name gets n.
func (s *variables) count(name string, n int) {
	if len(s.at(name).alts) > 1 {
		s.many--
	}
	if n > 1 {
		s.many++
	}
}

// all goes through the variables. They may be changed meanwhile.
func (s *variables) all() iter.Seq2[string, variable] {
	return func(yield func(string, variable) bool) {
		for n, v := range s.base.m {
			if _, own := s.own[n]; !own && !yield(n, v) {
				return
			}
		}
		for n, v := range s.own {
			if v != nil && !yield(n, *v) {
				return
			}
		}
	}
}

func (s *variables) clone() variables {
	if len(s.own) > maxOwn {
		m := make(map[string]variable, len(s.base.m)+len(s.own))
		for n, v := range s.all() {
			m[n] = v
		}
		s.base, s.own = &baseVars{m}, map[string]*variable{}
	}
	c := *s
	c.own = maps.Clone(s.own)
	return c
}

// differing goes through the names of the variables that may differ.
func (s *variables) differing(o *variables) iter.Seq[string] {
	return func(yield func(string) bool) {
		if s.base != o.base {
			for n := range s.base.m {
				if !yield(n) {
					return
				}
			}
			for n := range o.base.m {
				if _, both := s.base.m[n]; !both && !yield(n) {
					return
				}
			}
		}
		seen := func(n string) bool { // above
			if s.base == o.base {
				return false
			}
			_, a := s.base.m[n]
			_, b := o.base.m[n]
			return a || b
		}
		for n := range s.own {
			if !seen(n) && !yield(n) {
				return
			}
		}
		for n := range o.own {
			if _, both := s.own[n]; !both && !seen(n) && !yield(n) {
				return
			}
		}
	}
}
