FROM node:20-slim AS build
WORKDIR /src
COPY . .
RUN npm ci && npm pack --pack-destination /tmp

FROM node:20-slim
COPY --from=build /tmp/finspace-mcp-*.tgz /tmp/finspace-mcp.tgz
RUN npm install --global /tmp/finspace-mcp.tgz && rm /tmp/finspace-mcp.tgz && install -d -o node -m 0700 /var/lib/finspace-mcp
USER node
ENV FINSPACE_MCP_STATE_DIR=/var/lib/finspace-mcp FINSPACE_MCP_HOST=0.0.0.0
VOLUME /var/lib/finspace-mcp
EXPOSE 8080 4566
ENTRYPOINT ["finspace-mcp"]
CMD ["http"]
