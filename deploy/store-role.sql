-- The user of the replicas of compose.fleet.yaml. PostgreSQL runs this once, before it creates the store.
\getenv password FINSPACE_STORE_PASSWORD
CREATE ROLE finspace_mcp_server NOLOGIN;
CREATE ROLE finspace_app LOGIN PASSWORD :'password' IN ROLE finspace_mcp_server;
