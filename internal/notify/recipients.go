package notify

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// mostRecipients bounds those whom one message goes to.
	mostRecipients = 100
	// atOnce is to how many of them it is sent at a time.
	atOnce = 4
	// mostProgress bounds the messages of which it is remembered who has them.
	mostProgress = 1000
)

// progress remembers, of messages that are to be tried again, which recipients have
// them or refused them for good, so that nobody is told twice because another was away.
// It is in memory: after a restart a message goes to all once more.
type progress struct {
	mu      sync.Mutex
	settled map[string]map[string]settled // by the message's key and the recipient
	order   []string                      // keys, the oldest first
}

// settled is how it ended with a recipient.
type settled struct {
	answer  Answer
	failure *Failure // nil for who has it
}

// take removes and returns what is known of a message.
func (p *progress) take(key string) map[string]settled {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.settled[key]
	if known != nil {
		delete(p.settled, key)
		p.order = slices.DeleteFunc(p.order, func(other string) bool { return other == key })
	}
	return known
}

// keep remembers what is known of a message that is to be tried again.
func (p *progress) keep(key string, known map[string]settled) {
	if key == "" || len(known) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.settled == nil {
		p.settled = map[string]map[string]settled{}
	}
	p.settled[key] = known
	p.order = append(p.order, key)
	if len(p.order) > mostProgress {
		delete(p.settled, p.order[0])
		p.order = p.order[1:]
	}
}

// callAll makes one call for each recipient. It returns the first failure that is
// worth another try; when there is none, the first that is final, else the last answer.
func (s *Sender) callAll(ctx context.Context, all []call, key string) (Answer, error) {
	switch {
	case len(all) == 1:
		return s.call(ctx, all[0], key)
	case len(all) > mostRecipients:
		return Answer{}, &Failure{Sentence: fmt.Sprintf("the block writes to more than %d recipients", mostRecipients), Hint: "save it with fewer, or with a group of them", Final: true}
	}
	known := s.progress.take(key)
	if known == nil {
		known = map[string]settled{}
	}
	outcomes := s.callEach(ctx, all, key, known)
	var again *settled
	var wait time.Duration
	for i, o := range outcomes {
		if o.failure == nil || o.failure.Final {
			known[all[i].to] = o
			continue
		}
		wait = max(wait, o.failure.RetryAfter)
		if again == nil {
			again = &outcomes[i]
		}
	}
	if again != nil {
		s.progress.keep(key, known)
		again.failure.RetryAfter = wait
		return again.answer, again.failure
	}
	for _, o := range outcomes {
		if o.failure != nil {
			return o.answer, o.failure
		}
	}
	return outcomes[len(outcomes)-1].answer, nil
}

// callEach calls for those of whom nothing is known.
func (s *Sender) callEach(ctx context.Context, all []call, key string, known map[string]settled) []settled {
	outcomes := make([]settled, len(all))
	places := make(chan struct{}, atOnce)
	var under sync.WaitGroup
	for i, c := range all {
		if before, ok := known[c.to]; ok {
			outcomes[i] = before
			continue
		}
		id := key
		if i > 0 && id != "" {
			id += "-" + strconv.Itoa(i+1)
		}
		places <- struct{}{}
		under.Go(func() {
			defer func() { <-places }()
			answer, err := s.call(ctx, c, id)
			outcomes[i] = settled{answer, asFailure(err)}
			if f := outcomes[i].failure; f != nil {
				f.Sentence = "to " + c.to + ": " + f.Sentence
			}
		})
	}
	under.Wait()
	return outcomes
}
