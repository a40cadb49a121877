# Mana as one image, for every service: compose and Kubernetes files below deploy/ say which of them a container starts.
#   docker build -t mana .
FROM node:24-bookworm-slim AS build
WORKDIR /mana
COPY . .
RUN npm ci --omit=dev --no-audit --no-fund \
	&& node_modules/.bin/bun web/build.ts

FROM debian:bookworm-slim
# The data folder is made here with its owner, so that a new volume starts with the same.
RUN useradd --uid 1000 --user-group --no-create-home mana \
	&& install --directory --owner=mana --group=mana --mode=700 /data
COPY --from=build /mana /mana
WORKDIR /mana
ENV PATH=/mana/node_modules/.bin:$PATH MANA_HOME=/data
USER mana
VOLUME /data
CMD ["bun", "cli/mana.ts", "up"]
