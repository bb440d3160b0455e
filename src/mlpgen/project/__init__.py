"""Settings, requests, and the generated files on disk compared with them."""
