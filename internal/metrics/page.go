package metrics

import (
	"bytes"
	"strconv"
	"strings"
)

// ContentType is that of a page.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Page is text in the format of Prometheus, version 0.0.4. A family's samples
// follow its head.
type Page struct {
	text bytes.Buffer
	name string
}

// Bytes is what was written.
func (p *Page) Bytes() []byte { return p.text.Bytes() }

// Gauge begins a family of values that go up and down.
func (p *Page) Gauge(name, help string) *Page { return p.head(name, "gauge", help) }

// Counter begins a family of values that only grow; its name ends in _total.
func (p *Page) Counter(name, help string) *Page { return p.head(name, "counter", help) }

// Histogram begins a family of histograms.
func (p *Page) Histogram(name, help string) *Page { return p.head(name, "histogram", help) }

// Summary begins a family of sums and counts.
func (p *Page) Summary(name, help string) *Page { return p.head(name, "summary", help) }

func (p *Page) head(name, kind, help string) *Page {
	p.name = name
	p.text.WriteString("# HELP " + name + " " + help + "\n# TYPE " + name + " " + kind + "\n")
	return p
}

// Value writes a sample of the family; labels are names and values in turn.
func (p *Page) Value(v float64, labels ...string) *Page { return p.sample("", v, labels) }

// Sum writes the sum and the count of values.
func (p *Page) Sum(sum float64, count uint64, labels ...string) *Page {
	return p.sample("_sum", sum, labels).sample("_count", float64(count), labels)
}

// Buckets writes a histogram.
func (p *Page) Buckets(b Buckets, labels ...string) *Page {
	total := uint64(0)
	for i, n := range b.Counts {
		total += n
		bound := "+Inf"
		if i < len(b.Bounds) {
			bound = number(b.Bounds[i])
		}
		p.sample("_bucket", float64(total), append(labels[:len(labels):len(labels)], "le", bound))
	}
	return p.Sum(b.Sum, total, labels...)
}

func (p *Page) sample(suffix string, v float64, labels []string) *Page {
	p.text.WriteString(p.name + suffix)
	for i := 0; i+1 < len(labels); i += 2 {
		open := ","
		if i == 0 {
			open = "{"
		}
		p.text.WriteString(open + labels[i] + `="` + escapeLabel.Replace(labels[i+1]) + `"`)
	}
	if len(labels) > 1 {
		p.text.WriteByte('}')
	}
	p.text.WriteString(" " + number(v) + "\n")
	return p
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// escapeLabel writes a label's value as the format wants it.
var escapeLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
