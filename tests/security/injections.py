"""Twenty-four texts that end a statement, a string, a filter or a path where one was put together from pieces."""

TEXTS = (
    "'",
    '"',
    "' OR '1'='1",
    "1 OR 1=1",
    "1' OR 1=1 -- ",
    "1; DROP TABLE annotation; --",
    "1); DELETE FROM vote; --",
    '\' UNION SELECT address_sealed FROM "user" --',
    "1 UNION ALL SELECT NULL,NULL,NULL--",
    '(SELECT address_hash FROM "user" LIMIT 1)',
    "created_at; SELECT pg_sleep(3)",
    "1 AND 1=(SELECT 1 FROM pg_sleep(3))",
    "CASE WHEN (1=1) THEN number ELSE body END",
    'number DESC, (SELECT password_hash FROM "user")',
    "1 AND randomblob(300000000)",
    "%' ESCAPE '!' --",
    "_%\\",
    "$$;SELECT 1;$$",
    "\\x27 OR 1=1",
    "%27%20OR%201=1",
    '{"$ne": null}',
    "../../../../etc/passwd",
    "1e999999999",
    "９９９' OR １=１",
)
assert len(TEXTS) == 24
