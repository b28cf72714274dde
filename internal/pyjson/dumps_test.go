package pyjson

import "testing"

// The texts on the right are what Python's json.dumps(…, sort_keys=True) gives.
func TestAppendSorted(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"b":1,"a":[true,null,false],"Z":{}}`, `{"Z": {}, "a": [true, null, false], "b": 1}`},
		{`{"ä":1,"z":2,"😀":3,"\uffee":4}`, `{"z": 2, "\u00e4": 1, "\uffee": 4, "\ud83d\ude00": 3}`},
		{`[0,-0,-0.0,1.0,1E5,100000.0,1e15,1e16,123456789012345678,12345678901234567890123]`,
			`[0, 0, -0.0, 1.0, 100000.0, 100000.0, 1000000000000000.0, 1e+16, 123456789012345678, 12345678901234567890123]`},
		{`[0.0001,0.00001,1.5e-7,5e-324,1.7976931348623157e308,1e400,-1e400]`,
			`[0.0001, 1e-05, 1.5e-07, 5e-324, 1.7976931348623157e+308, Infinity, -Infinity]`},
		{`"\u0000\u001f\u007f\n\r\t\b\f\"\\/é€"`, `"\u0000\u001f\u007f\n\r\t\b\f\"\\/\u00e9\u20ac"`},
		{`[]`, `[]`},
	} {
		v, err := Parse([]byte(c.in))
		if err != nil {
			t.Fatalf("%s: %v", c.in, err)
		}
		if got := string(AppendSorted(nil, v)); got != c.want {
			t.Errorf("%s\n gives %s\n  want %s", c.in, got, c.want)
		}
	}
}

func TestBuiltValuesReadBack(t *testing.T) {
	v := NewObject([]Member{{"a", NewArray([]Value{NewString("ü\"\n"), {}})}, {"b", NewString("")}}).With("b", NewString("x")).Without("none")
	again, err := Parse(v.Raw())
	if err != nil || string(again.Raw()) != `{"a":["ü\"\n",null],"b":"x"}` {
		t.Errorf("%s, %v", again.Raw(), err)
	}
	if got := string(v.Without("a").Raw()); got != `{"b":"x"}` {
		t.Error(got)
	}
}
