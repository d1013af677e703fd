# The gateway in a container. docs/OPERATIONS.md ("In a container") and docs/RAILWAY.md say how to run it.

FROM rust:1.95-bookworm AS build
WORKDIR /src
# Debian packages that the build needs, in a layer of their own: they change less often than the code.
COPY tools/system.sh tools/
RUN tools/system.sh build
COPY . .
# Fetches the default voice by name and hash, unless it came along, and puts it into the binary.
RUN make build

FROM debian:bookworm-slim
# Authorities, for providers, databases and buckets that are reached by TLS: of these the newest.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin saywell \
    && install --directory --owner saywell --group saywell --mode 700 /data
COPY --from=build /src/target/release/saywell /usr/local/bin/
# A pack of voices that was made here (`make voices`) comes along; without one this copies nothing but a licence.
COPY LICENSE-MIT saywell-data/kokoro.pac[k] /usr/local/share/saywell/

# Reached from outside, it starts only when TTS_AUTH says who may speak. Platforms set a PORT of their own.
ENV TTS_LISTEN=0.0.0.0 \
    PORT=8787 \
    TTS_DATA_DIR=/data
# Where a saywell.toml is looked for.
WORKDIR /etc/saywell
USER 10001
# A volume belongs on /data. It is not declared, since Railway refuses a Dockerfile that declares one.
EXPOSE 8787

# Requests that are being answered have 30 seconds to end.
STOPSIGNAL SIGTERM
# Bash speaks enough HTTP; the image has no curl.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
ENTRYPOINT ["saywell"]
CMD ["serve"]
