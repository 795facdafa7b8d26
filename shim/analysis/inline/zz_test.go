package inline
import ("testing";"fmt";"os";"strings")
func TestZZ(t *testing.T) {
	b,_ := os.ReadFile("/tmp/zz.txt")
	for _, blk := range strings.Split(string(b), "\n----\n") {
		l, src, _ := strings.Cut(blk, "\n")
		lang, _ := LangOf(l)
		fmt.Printf("%s | %s\n   => %s\n", l, strings.ReplaceAll(src,"\n","⏎"), show(Analyze(lang, src, nil, Limits{})))
	}
}
