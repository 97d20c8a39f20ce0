"""The door for other programs: the same reads and verbs as JSON, described in OpenAPI, and a Web Annotation container."""
