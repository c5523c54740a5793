package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

// checkFolder checks both checkpoints, that the newer tree begins with the older, the proofs, and every entry and tile.
func checkFolder(folder string) error {
	var expected struct {
		Size, Older int64
		Proofs      []int64
	}
	text, err := os.ReadFile(filepath.Join(folder, "expected.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &expected); err != nil {
		return err
	}
	policy, err := readPolicy(filepath.Join(folder, "policy"))
	if err != nil {
		return err
	}
	older, err := openFile(policy, folder, "older-checkpoint", expected.Older)
	if err != nil {
		return err
	}
	tree, err := openFile(policy, folder, "checkpoint", expected.Size)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, tiles{folder})
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("older-checkpoint: %w", err)
	}
	if err := checkProofs(policy, folder, expected.Proofs, tree.N); err != nil {
		return err
	}
	return checkEntries(folder, tree.N, hashes)
}

func openFile(policy *policy, folder, name string, size int64) (tlog.Tree, error) {
	file, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := policy.open(file)
	if err == nil && tree.N != size {
		err = errors.New("another size")
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return tree, err
}

// checkEntries compares the hash of every entry with its tile; the reader authenticates each tile up to the root.
func checkEntries(folder string, size int64, hashes tlog.HashReader) error {
	for begin := int64(0); begin < size; begin += width {
		end := min(begin+width, size)
		entries, err := bundle(folder, begin/width, end-begin)
		if err != nil {
			return err
		}
		var places []int64
		for at := begin; at < end; at++ {
			places = append(places, tlog.StoredHashIndex(0, at))
		}
		leaves, err := hashes.ReadHashes(places)
		if err != nil {
			return err
		}
		for at, entry := range entries {
			if tlog.RecordHash(entry) != leaves[at] {
				return fmt.Errorf("entry %d is another", begin+int64(at))
			}
		}
	}
	return nil
}

func bundle(folder string, index, count int64) ([][]byte, error) {
	data, err := tile{L: -1, N: index, W: int(count)}.read(folder)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(data[0])<<8+int(data[1]) {
			return nil, errors.New("a bundle is torn")
		}
		length := int(data[0])<<8 + int(data[1])
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if int64(len(entries)) != count {
		return nil, errors.New("a bundle has another number of entries")
	}
	return entries, nil
}

func checkProofs(policy *policy, folder string, indices []int64, size int64) error {
	if len(indices) == 0 {
		return errors.New("no proofs are expected")
	}
	for _, index := range indices {
		name := filepath.Join(folder, "proofs", fmt.Sprint(index))
		file, err := os.ReadFile(name + ".tlog-proof")
		if err != nil {
			return err
		}
		entry, err := os.ReadFile(name + ".entry")
		if err != nil {
			return err
		}
		found, err := checkProof(policy, file, entry)
		if err == nil && found != index {
			err = errors.New("a proof of another place")
		}
		if err != nil {
			return fmt.Errorf("proof %d: %w", index, err)
		}
		begin := index / width * width
		entries, err := bundle(folder, index/width, min(width, size-begin))
		if err != nil || !bytes.Equal(entries[index-begin], entry) {
			return fmt.Errorf("entry %d is not the one that is proved", index)
		}
	}
	return nil
}

// tiles reads C2SP tiles for package tlog, whose paths have the height in front.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) (data [][]byte, err error) {
	for _, one := range wanted {
		bytes, err := tile(one).read(t.folder)
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

type tile tlog.Tile

func (t tile) read(folder string) ([]byte, error) {
	t.H = 8
	path := strings.Replace(tlog.Tile(t).Path(), "tile/8/", "tile/", 1)
	return os.ReadFile(filepath.Join(folder, strings.Replace(path, "tile/data/", "tile/entries/", 1)))
}
