//go:build linux && (amd64 || arm64)

// Package confine runs commands in the places in which guard has to work: as a
// plain user, in a user namespace, under the filter of a container. It is there
// for tests.
package confine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// Role is the first argument with which the test binary is started to go to a
// place; its main must call [Become] with the rest.
const Role = "__confined"

// plainUser is who owns nothing.
const plainUser = 65534

// Place is a way of being confined.
type Place struct {
	Name string
	// User runs the command, in the eyes of the host.
	User int
	// Namespace: a user namespace of its own, in which it is root.
	Namespace bool
	// Docker: the system calls and, to root, the capabilities that Docker leaves
	// by default.
	Docker bool
}

// Places lists those that this process can go to.
func Places() []Place {
	me := os.Geteuid()
	other := me
	list := []Place{{Name: "here", User: me}}
	if me == 0 {
		other = plainUser
		list = append(list, Place{Name: "plain user", User: other}, Place{Name: "Docker as root", User: me, Docker: true})
	}
	return append(list,
		Place{Name: "user namespace", User: other, Namespace: true},
		Place{Name: "Docker as a plain user", User: other, Docker: true})
}

// Copy puts the test binary into dir, for everybody to execute, and returns its
// name.
func Copy(dir string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(self)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, filepath.Base(self))
	if err := os.WriteFile(name, data, 0o755); err != nil {
		return "", err
	}
	return name, open(dir)
}

// Send makes cmd run in the place. self is the test binary, which may be a copy.
func (p Place) Send(cmd *exec.Cmd, self string) {
	if p.Namespace {
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: p.User, Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: p.User, Size: 1}},
			Credential:  &syscall.Credential{NoSetGroups: true}, // before it executes anything
		}
	}
	cmd.Args = append([]string{cmd.Args[0], Role, strconv.Itoa(p.User), strconv.FormatBool(p.Namespace), strconv.FormatBool(p.Docker), cmd.Path}, cmd.Args...)
	cmd.Path = self
}

// Closed says why this process cannot go there, as the kernel refuses it.
func (p Place) Closed(self string) error {
	cmd := exec.Command("/bin/true")
	cmd.Dir = "/"
	p.Send(cmd, self)
	err := cmd.Run()
	if p.Namespace && (errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EUSERS)) {
		return err
	}
	return nil
}

// Become goes to the place and becomes the command. It returns only if that
// fails.
func Become(args []string) error {
	if len(args) < 5 {
		return errors.New("confine: too few arguments")
	}
	user, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("confine: %w", err)
	}
	if args[2] == "true" {
		if err := dock(); err != nil {
			return fmt.Errorf("confine: %w", err)
		}
	}
	if args[1] == "true" {
		user = 0 // in the eyes of the namespace
	}
	if err := turn(user); err != nil {
		return fmt.Errorf("confine: become user %d: %w", user, err)
	}
	return syscall.Exec(args[3], args[4:], os.Environ())
}

// turn takes on the rights of another user.
func turn(user int) error {
	if os.Geteuid() == user {
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil && !errors.Is(err, syscall.EPERM) {
		return err
	}
	return errors.Join(syscall.Setresgid(user, user, user), syscall.Setresuid(user, user, user))
}

// Own gives all that is below dirs to the user of the place, and opens the way
// there.
func (p Place) Own(dirs ...string) error {
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(name, p.User, p.User)
		})
		if err != nil {
			return err
		}
		if err := open(dir); err != nil {
			return err
		}
	}
	return nil
}

// open lets everybody enter a directory below the temporary one.
func open(dir string) error {
	for ; dir != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			return err
		}
	}
	return nil
}
