package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// policy is a C2SP tlog-policy: the logs, the witnesses by name, groups, and the name that must be met.
type policy struct {
	logs      []note.Verifier
	witnesses map[string]note.Verifier
	groups    map[string]group
	quorum    string
}

type group struct {
	least   int
	members []string
}

func readPolicy(path string) (*policy, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := &policy{witnesses: map[string]note.Verifier{}, groups: map[string]group{}}
	for _, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := p.take(words); err != nil {
			return nil, fmt.Errorf("policy, %q: %w", line, err)
		}
	}
	if len(p.logs) == 0 || p.quorum == "" {
		return nil, errors.New("policy: no log, or no quorum")
	}
	return p, nil
}

func (p *policy) take(words []string) error {
	switch {
	case words[0] == "log" && (len(words) == 2 || len(words) == 3):
		verifier, err := note.NewVerifier(words[1])
		p.logs = append(p.logs, verifier)
		return err
	case words[0] == "witness" && (len(words) == 3 || len(words) == 4) && !p.knows(words[1]):
		verifier, err := newCosigner(words[2])
		p.witnesses[words[1]] = verifier
		return err
	case words[0] == "group" && len(words) > 3 && !p.knows(words[1]):
		least, err := strconv.Atoi(words[2])
		switch words[2] {
		case "any":
			least, err = 1, nil
		case "all":
			least, err = len(words)-3, nil
		}
		for _, member := range words[3:] {
			if !p.knows(member) {
				return fmt.Errorf("nobody is named %q", member)
			}
		}
		if err != nil || least < 1 || least > len(words)-3 {
			return errors.New("no such number of members")
		}
		p.groups[words[1]] = group{least, words[3:]}
		return nil
	case words[0] == "quorum" && len(words) == 2 && p.quorum == "" && (words[1] == "none" || p.knows(words[1])):
		p.quorum = words[1]
		return nil
	}
	return errors.New("not understood")
}

func (p *policy) knows(name string) bool {
	_, witness := p.witnesses[name]
	_, group := p.groups[name]
	return witness || group || name == "none"
}

// open returns the tree of a checkpoint that a log of the policy signed and enough witnesses cosigned.
func (p *policy) open(file []byte) (tree tlog.Tree, err error) {
	known := append([]note.Verifier{}, p.logs...)
	for _, witness := range p.witnesses {
		known = append(known, witness)
	}
	opened, err := note.Open(file, note.VerifierList(known...))
	if err != nil {
		return tree, err
	}
	signed := map[note.Verifier]bool{}
	for _, signature := range opened.Sigs {
		for _, key := range known {
			if key.Name() == signature.Name && key.KeyHash() == signature.Hash {
				signed[key] = true
			}
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, errors.New("a checkpoint has three lines")
	}
	if !p.isOf(lines[0], signed) {
		return tree, errors.New("no log of this name signed it")
	}
	if !p.has(p.quorum, signed) {
		return tree, errors.New("too few witnesses")
	}
	if tree.N, err = number(lines[1]); err != nil {
		return tree, err
	}
	tree.Hash, err = hash(lines[2])
	return tree, err
}

func (p *policy) isOf(origin string, signed map[note.Verifier]bool) bool {
	for _, log := range p.logs {
		if signed[log] && log.Name() == origin {
			return true
		}
	}
	return false
}

func (p *policy) has(name string, signed map[note.Verifier]bool) bool {
	if name == "none" {
		return true
	}
	if witness, ok := p.witnesses[name]; ok {
		return signed[witness]
	}
	count := 0
	for _, member := range p.groups[name].members {
		if p.has(member, signed) {
			count++
		}
	}
	return count >= p.groups[name].least
}

// cosigner verifies C2SP Ed25519 cosignatures, a kind of key that package note lets its users add.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 || parts[0] == "" {
		return nil, errors.New("no key")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return nil, errors.New("no cosigner's key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:4])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the key's number is another")
	}
	return &cosigner{parts[0], hash, key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(c.key, []byte(message), signature[8:])
}
