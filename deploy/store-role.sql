-- The database user of the servers in compose.replicas.yaml and compose.world.yaml. PostgreSQL runs this once, when it initializes its
-- data directory. The service `store` then creates the store.
\getenv password FINSPACE_STORE_PASSWORD
CREATE ROLE finspace_mcp_server NOLOGIN;
CREATE ROLE finspace_app LOGIN PASSWORD :'password' IN ROLE finspace_mcp_server;
