"""Views of the collections' registry."""

from harness import scenario


@scenario
def collections_views(s):
    s.get("/collections/views/aggregate-worker-metadata")
    s.get("/collections/views/nope")
    s.post("/collections/views/aggregate-worker-metadata")
