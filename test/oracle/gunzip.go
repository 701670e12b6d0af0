// Reads gzip files by Go's compress/gzip; prints the SHA-256 and the size of what each holds. Refuses a second member.
package main

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	for _, path := range os.Args[1:] {
		file, err := os.Open(path)
		check(err)
		bytes := bufio.NewReader(file)
		member, err := gzip.NewReader(bytes)
		check(err)
		member.Multistream(false)
		hash := sha256.New()
		size, err := io.Copy(hash, member)
		check(err)
		if _, err := bytes.ReadByte(); err != io.EOF {
			fmt.Fprintln(os.Stderr, path+": bytes after the first member")
			os.Exit(1)
		}
		fmt.Printf("%x %d\n", hash.Sum(nil), size)
		check(file.Close())
	}
}
