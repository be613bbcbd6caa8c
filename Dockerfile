# kbump with git and kubectl, as a plugin of Drone, Woodpecker and Harness: docs/plugin.md.
#
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg VERSION=0.1.0 --tag kbump .
#
# BASE may be another Debian or Ubuntu with Python 3.11 or newer, and KUBECTL_FROM a mirror over https.
ARG BASE=debian:trixie-slim

FROM ${BASE} AS kubectl
ARG KUBECTL_FROM=dl.k8s.io/release
# It speaks to API servers from one minor version older to one newer.
ARG KUBECTL_VERSION=1.36.4
# amd64 or arm64, from --platform.
ARG TARGETARCH
WORKDIR /kubectl
ADD https://${KUBECTL_FROM}/v${KUBECTL_VERSION}/bin/linux/${TARGETARCH}/kubectl \
    https://${KUBECTL_FROM}/v${KUBECTL_VERSION}/bin/linux/${TARGETARCH}/kubectl.sha256 ./
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN echo "$(< kubectl.sha256)  kubectl" | sha256sum --check && chmod 0755 kubectl

FROM ${BASE} AS build
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends python3 python3-pip
WORKDIR /src
COPY pyproject.toml setup.cfg README.md LICENSE ./
COPY kbump kbump
COPY schemas schemas
# What kbump needs comes in wheels: nothing is compiled, and pip stays behind.
RUN python3 -m venv --without-pip /opt/kbump \
    && python3 -m pip --python /opt/kbump/bin/python install --no-cache-dir --only-binary :all: .

FROM ${BASE}
# Debian's updates are wanted: versions are not pinned. What CI has cloned as another user is what kbump works on.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git openssh-client python3 \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && useradd --uid 1000 --create-home kbump
COPY --from=kubectl /kubectl/kubectl /usr/local/bin/kubectl
COPY --from=build /opt/kbump /opt/kbump
ENV PATH=/opt/kbump/bin:$PATH
# By number: Kubernetes' runAsNonRoot does not know names.
USER 1000:1000
WORKDIR /home/kbump
ARG VERSION=0.1.0
ARG REVISION
LABEL org.opencontainers.image.title="kbump" \
      org.opencontainers.image.description="Sets, checks, promotes and rolls out images of Kubernetes manifests in git" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/kbump/kbump" \
      org.opencontainers.image.documentation="https://github.com/kbump/kbump/blob/main/docs/plugin.md" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENTRYPOINT ["kbump", "plugin"]
