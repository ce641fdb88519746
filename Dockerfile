# Debian, not Alpine: the embedded PostgreSQL needs glibc.
FROM node:22-bookworm-slim AS build
WORKDIR /mayday
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=9500 MAYDAY_DATA=/data
WORKDIR /mayday
COPY --from=build /mayday/package.json ./
COPY --from=build /mayday/node_modules ./node_modules
COPY --from=build /mayday/packages ./packages
COPY --from=build /mayday/apps ./apps
RUN mkdir --mode=0700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 9500
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "apps/server/bin/mayday.mjs"]
CMD ["start"]
