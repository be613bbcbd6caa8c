"""The workload: files as infra repos have them, the same in every run."""

from __future__ import annotations

import os
import subprocess

REPOSITORY = "registry.example.com/shop/checkout-api"
CONTAINER = "checkout"

_DEPLOYMENT = """\
# {name}: one of the shops; the platform team owns this file
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: "shop"
spec:
  replicas: 3  # see the autoscaler
  selector:
    matchLabels: {{app.kubernetes.io/name: {name}}}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      containers:
        - name: {container}
          image: {repository}:{tag}  # set by the pipeline
          ports:
            - containerPort: 8080
"""
_RESOURCES = """\
          env:
            - name: LOG_LEVEL
              value: "info"
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef: {name: database, key: url}
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
"""
_PROBES = """\
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
          livenessProbe:
            httpGet:
              path: /live
              port: 8080
            initialDelaySeconds: 10
          securityContext: {runAsNonRoot: true}
"""
_SERVICE = """\
---
# reached through the ingress only
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: shop
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: 8080
      protocol: TCP
"""
KUSTOMIZATION = f"""\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - deployment.yaml
images:
  - name: {REPOSITORY}
    newTag: 1.4.0
"""
# What fills most repos is not deployments: schemas of custom resources, dashboards, rules.
_DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {name}.shop.example.com
spec:
  group: shop.example.com
  names: {{kind: Policy, plural: {name}}}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
"""
_SCHEMA = """\
                {word}Policy{number}:
                  description: "The {word} policy of the resource, {number} by default. Cannot be updated."
                  type: object
                  properties:
                    minAvailable{number}:
                      anyOf: [{{type: integer}}, {{type: string}}]
                      x-kubernetes-int-or-string: true
                    {word}Seconds:
                      format: int32
                      type: integer
"""
_CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
"""
_RULES = """\
  {word}-{number}.conf: |
    # {word} number {number}
    match ^/api/v{number}/{word}(\\.json)?$ {{ proxy http://{word}-{number}.shop.svc:8080; }}
    timeout 30s; retries {number}; header X-Request-Id $request_id; buffer 16k
"""
_WORDS = ("retry", "backup", "cache", "session", "audit", "ingest", "tenant", "webhook", "gateway", "replica", "quota")


def deployment(name: str) -> str:
    """A Deployment of 1.2 KB."""
    return _deployment(name, REPOSITORY, "1.4.0") + _RESOURCES + _PROBES


def deployment_and_service(name: str) -> str:
    """Two documents in 1.2 KB."""
    return _deployment(name, REPOSITORY, "1.4.0") + _RESOURCES + _SERVICE.format(name=name)


def make_files(directory: str, texts: dict[str, str]) -> str:
    """Write files below a directory and return it."""
    for name, text in texts.items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    return directory


def make_tree(directory: str, *, git: bool) -> str:
    """Make 3,000 files of 40 MB in 150 directories: one has the image, two more the application's name."""
    for number in range(3_000):
        path = f"team-{number // 200}/part-{number % 10}/{_WORDS[number % 11]}-{number}.yaml"
        make_files(directory, {path: _filler(number)})
    application = {
        "team-7/checkout/deployment.yaml": deployment("checkout-api"),
        "team-7/checkout/service.yaml": _SERVICE.format(name="checkout-api"),
        "team-7/checkout/ingress.yaml": _SERVICE.format(name="checkout-api").replace("Service", "Ingress"),
    }
    make_files(directory, application)
    if git:
        for command in (("init", "--quiet"), ("add", "--all")):
            subprocess.run(("git", *command), cwd=directory, check=True)
    return directory


def _deployment(name: str, repository: str, tag: str, *, container: str = CONTAINER) -> str:
    return _DEPLOYMENT.format(name=name, container=container, repository=repository, tag=tag)


def _filler(number: int) -> str:
    """Every third file is a small Deployment, every twelfth has backslashes; sizes are 0.6 to 41 KB."""
    word = _WORDS[number % 11]
    name = f"{word}-{number}"
    if not number % 3:
        return _deployment(name, f"registry.example.com/shop/{name}", "2.1.0", container=word)
    head, block = (_CONFIG_MAP, _RULES) if number % 12 == 1 else (_DEFINITION, _SCHEMA)
    blocks = (block.format(word=_WORDS[(number + line) % 11], number=line) for line in range(1 + number * 7919 % 91))
    return head.format(name=name) + "".join(blocks)
