// Checks what a ledger exports with golang.org/x/mod/sumdb: note (signed notes) and tlog (trees, tiles, proofs). Of ours are only the
// words around them: the policy file, the kind of key that cosigns, and the first lines of a proof file.
//
//	check FOLDER…     everything in export folders
//	verdicts FOLDER   each proof of a corpus
//
// One line for each: name, `accept` or `refuse`, and why.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: check FOLDER… | verdicts FOLDER")
		os.Exit(2)
	}
	switch os.Args[1] {
	case "check":
		for _, folder := range os.Args[2:] {
			say(folder, checkFolder(folder))
		}
	case "verdicts":
		if err := verdicts(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
	default:
		os.Exit(2)
	}
}

func say(name string, err error) {
	if err == nil {
		fmt.Println(name, "accept")
	} else {
		fmt.Println(name, "refuse", strings.ReplaceAll(err.Error(), "\n", " "))
	}
}

type item struct{ Name, Kind string }

func verdicts(folder string) error {
	policy, err := readPolicy(filepath.Join(folder, "policy"))
	if err != nil {
		return err
	}
	index, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if err != nil {
		return err
	}
	var items []item
	if err := json.Unmarshal(index, &items); err != nil {
		return err
	}
	for _, item := range items {
		file, err := os.ReadFile(filepath.Join(folder, item.Name+".tlog-proof"))
		if err != nil {
			return err
		}
		entry, err := os.ReadFile(filepath.Join(folder, item.Name+".entry"))
		if err != nil {
			return err
		}
		_, err = checkProof(policy, file, entry)
		say(item.Name, err)
	}
	return nil
}

// checkProof reads a proof file and returns the index that it is for.
func checkProof(policy *policy, file, entry []byte) (int64, error) {
	head, note, found := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, errors.New("no proof file")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.Strict().DecodeString(lines[0][len("extra "):]); err != nil {
			return 0, err
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return 0, errors.New("no index")
	}
	index, err := number(lines[0][len("index "):])
	if err != nil {
		return 0, err
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := hash(line)
		if err != nil {
			return 0, err
		}
		path = append(path, hash)
	}
	tree, err := policy.open(note)
	if err != nil {
		return 0, err
	}
	return index, tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

// number reads a decimal number in its one spelling.
func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

func hash(text string) (hash tlog.Hash, err error) {
	bytes, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(bytes) != len(hash) || strings.ContainsAny(text, "\r\n") {
		return hash, fmt.Errorf("%q is no hash", text)
	}
	copy(hash[:], bytes)
	return hash, nil
}
