package conformance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

// The table in the documentation has a row for each of the 40 points, each row a test or a reason, each test exists, and
// no test of this package is missing there.
func TestThisTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(harness.Root(), "docs", "conformance.md"))
	must.NoError(t, err)

	there := map[string]bool{}
	notTests := func(info fs.FileInfo) bool { return strings.HasSuffix(info.Name(), "_test.go") }
	packages, err := parser.ParseDir(token.NewFileSet(), filepath.Join(harness.Root(), "conformance"), notTests, 0)
	must.NoError(t, err)
	for _, file := range packages["conformance"].Files {
		for _, declaration := range file.Decls {
			if function, is := declaration.(*ast.FuncDecl); is && strings.HasPrefix(function.Name.Name, "Test") {
				there[function.Name.Name] = true
			}
		}
	}
	for _, table := range []map[string]func(*testing.T, *harness.Podman){realTests, imageTests, splitTests} {
		for name := range table {
			there["TestRealPodman/"+name] = true
		}
	}

	named := regexp.MustCompile("`(Test[^`]*)`")
	row := regexp.MustCompile(`(?m)^\| ([0-9]+) \| [^|]+ \| ([^|]+) \|$`)
	rows := row.FindAllStringSubmatch(string(text), -1)
	must.Len(t, 40, rows)
	for i, columns := range rows {
		must.Eq(t, strconv.Itoa(i+1), columns[1])
		must.True(t, named.MatchString(columns[2]) || strings.HasPrefix(columns[2], "No test"), must.Sprint(columns[0]))
	}
	mentioned := map[string]bool{"TestRealPodman": true, "TestThisTable": true, "TestRealPodman/forky/NAME": true}
	for _, match := range named.FindAllStringSubmatch(string(text), -1) {
		if name := match[1]; !mentioned[name] {
			must.True(t, there[name], must.Sprintf("%s is in the table and nowhere else", name))
			mentioned[name] = true
		}
	}
	for name := range there {
		must.True(t, mentioned[name], must.Sprintf("%s is not in docs/conformance.md", name))
	}
}
