package copying

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cespare/xxhash/v2"
)

// summer makes checksums of rows.
type summer struct {
	digest *xxhash.Digest
	head   [9]byte
}

func newSummer() *summer { return &summer{digest: xxhash.New()} }

// of is the checksum of a row. The checksum of a table is the sum of its rows', so the order
// in which they are read does not matter. It finds what was lost or changed by mistake.
func (s *summer) of(row Row) (uint64, error) {
	s.digest.Reset()
	for _, value := range row {
		switch v := value.(type) {
		case nil:
			s.add('-', 0, nil)
		case int64:
			s.add('w', uint64(v), nil)
		case float64:
			s.add('f', math.Float64bits(v), nil)
		case string:
			s.add('t', uint64(len(v)), nil)
			_, _ = s.digest.WriteString(v)
		case []byte:
			s.add('b', uint64(len(v)), v)
		default:
			return 0, fmt.Errorf("a value of type %T", value)
		}
	}
	return s.digest.Sum64(), nil
}

func (s *summer) add(kind byte, number uint64, bytes []byte) {
	s.head[0] = kind
	binary.BigEndian.PutUint64(s.head[1:], number)
	_, _ = s.digest.Write(s.head[:])
	_, _ = s.digest.Write(bytes)
}
