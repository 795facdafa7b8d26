package inline

// scope holds the variables of a body.
type scope struct {
	vars  []variable
	index map[string]int // of vars, once there are many
	up    *scope
	depth int
}

type variable struct {
	name string
	v    val
}

// fewVars is how many variables are searched one after the other.
const fewVars = 12

// find returns the variable name of this scope, or nil.
func (s *scope) find(name string) *variable {
	if s.index != nil {
		if i, ok := s.index[name]; ok {
			return &s.vars[i]
		}
		return nil
	}
	for i := range s.vars {
		if s.vars[i].name == name {
			return &s.vars[i]
		}
	}
	return nil
}

// put makes name a variable of this scope with the value v.
func (s *scope) put(name string, v val) {
	if old := s.find(name); old != nil {
		old.v = v
		return
	}
	s.vars = append(s.vars, variable{name, v})
	switch {
	case s.index != nil:
		s.index[name] = len(s.vars) - 1
	case len(s.vars) > fewVars:
		s.index = make(map[string]int, 4*fewVars)
		for i := range s.vars {
			s.index[s.vars[i].name] = i
		}
	}
}

// lookup returns the variable name.
func (p *interp) lookup(name string) (val, bool) {
	for sc := p.sc; sc != nil; sc = sc.up {
		if old := sc.find(name); old != nil {
			return old.v, true
		}
	}
	return val{}, false
}

// bind makes name a variable of the current scope, forgetting what it was.
func (p *interp) bind(name string, v val) { p.sc.put(name, v) }

// bindUp replaces the variable name where it lives.
func (p *interp) bindUp(name string, v val) {
	for sc := p.sc; sc != nil; sc = sc.up {
		if old := sc.find(name); old != nil {
			old.v = v
			return
		}
	}
	p.bind(name, v)
}

// forget makes the variable name unknown.
func (p *interp) forget(name string) { p.bindUp(name, unk()) }

// set assigns v to name: to the variable of an outer body too, if there is one,
// and beside its old value where the assignment may not happen.
func (p *interp) set(name string, v val) {
	for sc := p.sc; sc != nil; sc = sc.up {
		old := sc.find(name)
		if old == nil {
			continue
		}
		if sc != p.sc || p.conditional() {
			v = join(old.v, v)
		}
		old.v = v
		return
	}
	if v.k == vFn && p.conditional() {
		v = join(ref(name), v)
	}
	p.bind(name, v)
}
