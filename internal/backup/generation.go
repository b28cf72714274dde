package backup

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// stamp is the form of times in keys; keys sort as times do.
const stamp = "20060102T150405.000Z"

// A key is DATABASE/GENERATION/NUMBER-TIME-KIND.gz.
var pieceKey = regexp.MustCompile(`^(\d{8})-(\d{8}T\d{6}\.\d{3}Z)-(point|part)\.gz$`)

// piece is one object of a generation.
type piece struct {
	key    string
	number int
	time   time.Time
	point  bool
	size   int64
}

func (p piece) name() string {
	kind := "part"
	if p.point {
		kind = "point"
	}
	return fmt.Sprintf("%08d-%s-%s.gz", p.number, p.time.UTC().Format(stamp), kind)
}

// generation is one chain of pieces, in order and without gaps.
type generation struct {
	id     string
	pieces []piece
	// broken tells that pieces are missing after the last one.
	broken bool
	keys   []string // of all there is
}

// start is when the generation was begun.
func (g *generation) start() time.Time {
	text, _, _ := strings.Cut(g.id, "-")
	at, _ := time.Parse(stamp, text) // ids that are none were left out
	return at
}

// until is the last point not after a time, and its place; the zero time stands
// for any.
func (g *generation) until(at time.Time) (n int, ok bool) {
	for i := len(g.pieces) - 1; i >= 0; i-- {
		if p := g.pieces[i]; p.point && (at.IsZero() || !p.time.After(at)) {
			return i, true
		}
	}
	return 0, false
}

var generationID = regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}$`)

// newGeneration names a generation so that it sorts after those before it, even
// if the clock went back.
func newGeneration(before []generation, c clock.Clock, ids clock.IDs) string {
	at := c.Now().Truncate(time.Millisecond)
	for i := range before {
		if last := before[i].start(); !at.After(last) {
			at = last.Add(time.Millisecond)
		}
	}
	random := ids.V4()
	return fmt.Sprintf("%s-%x", at.UTC().Format(stamp), random[:4])
}

// generations lists what a bucket has of a database, the oldest first.
func generations(ctx context.Context, b Bucket, database string) ([]generation, error) {
	objects, err := b.List(ctx, database+"/", "")
	if err != nil {
		return nil, err
	}
	return inOrder(objects), nil
}

// inOrder makes generations of objects, which are sorted by key.
func inOrder(objects []Object) (all []generation) {
	for _, o := range objects {
		id := path.Base(path.Dir(o.Key))
		p, ok := parsePiece(o)
		if !ok || !generationID.MatchString(id) {
			continue
		}
		if len(all) == 0 || all[len(all)-1].id != id {
			all = append(all, generation{id: id})
		}
		g := &all[len(all)-1]
		g.keys = append(g.keys, o.Key)
		if g.broken = g.broken || p.number != len(g.pieces)+1; !g.broken {
			g.pieces = append(g.pieces, p)
		}
	}
	slices.SortStableFunc(all, func(a, b generation) int { return strings.Compare(a.id, b.id) })
	return all
}

func parsePiece(o Object) (piece, bool) {
	parts := pieceKey.FindStringSubmatch(path.Base(o.Key))
	if parts == nil {
		return piece{}, false
	}
	number, _ := strconv.Atoi(parts[1]) // digits
	at, err := time.Parse(stamp, parts[2])
	return piece{o.Key, number, at, parts[3] == "point", o.Size}, err == nil
}

const (
	// wholeGenerations are the newest ones, which are always kept.
	wholeGenerations = 3
	day              = 24 * time.Hour
)

// expired chooses the generations that nobody needs: all but the newest three,
// and, as far back as the retention reaches, the last of each day. One without a
// point is of no use once there is a newer one.
func expired(all []generation, now time.Time, retention time.Duration) (old []generation) {
	kept, days := 0, map[time.Time]bool{}
	for i, g := range slices.Backward(all) {
		if _, usable := g.until(time.Time{}); !usable {
			if i < len(all)-1 {
				old = append(old, g)
			}
			continue
		}
		date := g.start().Truncate(day)
		keep := kept < wholeGenerations || !days[date] && now.Sub(g.start()) <= retention
		days[date] = true
		if keep {
			kept++
		} else {
			old = append(old, g)
		}
	}
	return old
}
