# The digest is that of the index for all platforms. Dependabot updates it.
FROM node:24.21.0-bookworm-slim@sha256:2fe369e969550cde8e867afc3fe370b260140cab4a23d467074295b42163d553 AS node

FROM node AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.json LICENSE ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build

# Node.js has SQLite, and the build bundles everything else, so the image needs no packages.
FROM node
LABEL io.modelcontextprotocol.server.name="io.github.OWNER/finspace-mcp" \
  org.opencontainers.image.title="finspace-mcp" \
  org.opencontainers.image.description="Manage FinSpace kdb environments; a person approves each delete by typing the target's name" \
  org.opencontainers.image.source="https://github.com/OWNER/finspace-mcp" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /src/package.json /src/LICENSE /app/
COPY --from=build /src/dist /app/dist
RUN ln -s /app/dist/cli.js /usr/local/bin/finspace-mcp && install -d -o node -g node -m 0700 /var/lib/finspace-mcp
ENV NODE_ENV=production FINSPACE_MCP_STATE_DIR=/var/lib/finspace-mcp FINSPACE_MCP_HOST=0.0.0.0
# The user node, as a number, so that Kubernetes can see that it is not root.
USER 1000:1000
VOLUME /var/lib/finspace-mcp
EXPOSE 8080 4566
# For http and local. A container that serves stdio runs with --no-healthcheck.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "-e", "const { FINSPACE_MCP_PORT: port } = process.env; Promise.any((port ? [port] : [8080, 4566]).map((one) => fetch(`http://127.0.0.1:${one}/healthz`).then((reply) => reply.ok || Promise.reject()))).catch(() => process.exit(1))"]
ENTRYPOINT ["finspace-mcp"]
CMD ["http"]
