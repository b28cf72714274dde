package prefect

import (
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// RunName is the name of a run as a client gives it; "" asks for a generated
// one, and so does everything that Python counts as false.
type RunName string

// DecodeWire implements decode.Wire.
func (n *RunName) DecodeWire(in pyjson.Value, at *decode.At) {
	switch {
	case !in.Truthy():
		*n = ""
	case in.Kind() != pyjson.String:
		at.Fail("string_type", "Input should be a valid string", in, nil)
	default:
		*n = RunName(in.Text())
	}
}

// Or is the name, or else a generated one: an adjective and an animal, chosen
// by random, which gives numbers in [0, 1).
func (n RunName) Or(random func() float64) string {
	if n != "" {
		return string(n)
	}
	return NewRunName(random)
}

// NewRunName draws a name.
func NewRunName(random func() float64) string {
	adjective := runAdjectives[int(random()*float64(len(runAdjectives)))]
	return adjective + "-" + runAnimals[int(random()*float64(len(runAnimals)))]
}

var runAdjectives = [...]string{
	"able", "agile", "airy", "amber", "ample", "apt", "ardent", "autumn", "avid", "balmy", "bold", "brave", "breezy",
	"brief", "bright", "brisk", "broad", "calm", "candid", "careful", "cheery", "chill", "civil", "clean", "clear",
	"clever", "cobalt", "cool", "copper", "coral", "cosy", "crimson", "crisp", "curious", "dapper", "daring", "dawn",
	"deep", "deft", "dewy", "early", "earnest", "easy", "elder", "even", "fair", "famous", "fast", "fearless", "fine",
	"firm", "fleet", "fluent", "fond", "frank", "fresh", "frosty", "gallant", "gentle", "gilded", "glad", "golden",
	"grand", "green", "hardy", "hazel", "hearty", "honest", "humble", "indigo", "ivory", "jade", "jolly", "jovial",
	"just", "keen", "kind", "late", "lean", "level", "light", "lively", "loyal", "lucid", "lucky", "lunar", "lush",
	"maple", "mellow", "merry", "mild", "mindful", "misty", "modest", "mossy", "neat", "nimble", "noble", "oaken",
	"ochre", "olive", "open", "opal", "patient", "pearly", "placid", "plain", "plucky", "polite", "prime", "proud",
	"quick", "quiet", "rapid", "ready", "regal", "robust", "rosy", "rugged", "russet", "rustic", "sage", "sandy",
	"scarlet", "serene", "sharp", "shy", "silent", "silver", "sleek", "smart", "smooth", "snowy", "sober", "solar",
	"solid", "sound", "spry", "stable", "starry", "steady", "stoic", "stout", "sunny", "sure", "swift", "tall",
	"tame", "teal", "tidal", "tidy", "timely", "tranquil", "true", "umber", "upbeat", "urban", "velvet", "vivid",
	"warm", "wary", "wild", "windy", "winter", "wise", "witty", "wry", "young", "zesty",
}

var runAnimals = [...]string{
	"adder", "albatross", "alpaca", "antelope", "auk", "avocet", "badger", "barbet", "beaver", "bee", "beetle", "bison",
	"bittern", "boar", "bobcat", "bongo", "bream", "buffalo", "bunting", "burbot", "bustard", "buzzard", "camel",
	"capybara", "caracal", "caribou", "carp", "cat", "chamois", "cheetah", "chough", "cicada", "civet", "coati", "cod",
	"colt", "condor", "coot", "cormorant", "cougar", "coyote", "crab", "crane", "cricket", "crow", "cuckoo", "curlew",
	"deer", "dingo", "dipper", "dolphin", "dormouse", "dove", "dragonfly", "drake", "duck", "dunlin", "eagle", "eel",
	"egret", "eider", "elk", "emu", "ermine", "falcon", "fawn", "ferret", "finch", "firefly", "flounder", "fox", "frog",
	"gannet", "gazelle", "gecko", "gerbil", "gibbon", "giraffe", "gnu", "goat", "goose", "goshawk", "grayling", "grebe",
	"grouse", "guppy", "haddock", "hare", "harrier", "hawk", "hedgehog", "heron", "herring", "hoopoe", "hornet", "horse",
	"ibex", "ibis", "iguana", "impala", "jackal", "jackdaw", "jaguar", "jay", "jerboa", "kestrel", "kingfisher", "kite",
	"kiwi", "koala", "kudu", "lark", "lemming", "lemur", "leopard", "linnet", "lion", "lizard", "llama", "lobster", "loon",
	"lynx", "macaw", "mackerel", "magpie", "mallard", "manatee", "marmot", "marten", "martin", "merlin", "mink", "mole",
	"mongoose", "moose", "moth", "mouse", "mule", "narwhal", "newt", "nightjar", "numbat", "nuthatch", "ocelot", "octopus",
	"okapi", "opossum", "orca", "oriole", "oryx", "osprey", "otter", "owl", "panda", "partridge", "pelican", "perch",
	"petrel", "pheasant", "pika", "pike", "pipit", "plover", "polecat", "pony", "porpoise", "puffin", "quail", "quokka",
	"rabbit", "raccoon", "raven", "reindeer", "robin", "rook", "salmon", "sandpiper", "seal", "serval", "shark", "shrew",
	"shrike", "siskin", "skua", "skylark", "snail", "snipe", "sparrow", "squid", "squirrel", "stag", "starling", "stoat",
	"stork", "sturgeon", "swallow", "swan", "swift", "tapir", "tern", "thrush", "tiger", "toad", "tortoise", "trout",
	"turtle", "vicuna", "viper", "vole", "wagtail", "wallaby", "walrus", "warbler", "weasel", "whale", "whimbrel", "wolf",
	"wombat", "woodcock", "wren", "yak", "zebra",
}
