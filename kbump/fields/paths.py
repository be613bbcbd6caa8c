"""Image fields of custom resources that the general rule (containers, image volumes) does not find.

A path leads from the object's root: dotted keys, `[*]` is every element of a list. (`*` would be every key of
a mapping; it has no place here, since it would also reach a label or an annotation called `image`.) Only
scalars that hold a whole reference are listed. Each path was read in the project's own API types or CRD, at
the commit in the link.
"""

from __future__ import annotations

IMAGE_PATHS: dict[str, tuple[str, ...]] = {
    # https://github.com/zalando/postgres-operator/blob/00453b1148f9/pkg/apis/acid.zalan.do/v1/postgresql_type.go
    "acid.zalan.do/postgresql": (
        "spec.connectionPooler.dockerImage",
        "spec.dockerImage",
        "spec.init_containers[*].image",
        "spec.sidecars[*].image",
    ),
    # https://github.com/actions/actions-runner-controller/blob/012180210371/apis/actions.summerwind.net/v1alpha1/runner_types.go
    "actions.summerwind.dev/Runner": ("spec.image", "spec.sidecarContainers[*].image"),
    # https://github.com/actions/actions-runner-controller/blob/233ce28b3b52/apis/actions.summerwind.net/v1alpha1/runnerdeployment_types.go
    "actions.summerwind.dev/RunnerDeployment": (
        "spec.template.spec.image",
        "spec.template.spec.sidecarContainers[*].image",
    ),
    # https://github.com/actions/actions-runner-controller/blob/61fa46197ead/apis/actions.summerwind.net/v1alpha1/runnerset_types.go
    "actions.summerwind.dev/RunnerSet": ("spec.image",),
    # https://github.com/elastic/cloud-on-k8s/blob/0449f62a751e/pkg/apis/agent/v1alpha1/agent_types.go
    "agent.k8s.elastic.co/Agent": ("spec.image",),
    # https://github.com/elastic/cloud-on-k8s/blob/04b538d34076/pkg/apis/apm/v1/apmserver_types.go
    "apm.k8s.elastic.co/ApmServer": ("spec.image",),
    # All four: https://github.com/argoproj/argo-workflows/blob/7ea36dc47c0f/pkg/apis/workflow/v1alpha1/workflow_types.go
    "argoproj.io/ClusterWorkflowTemplate": (
        "spec.templateDefaults.container.image",
        "spec.templates[*].container.image",
        "spec.templates[*].dag.tasks[*].inline.container.image",
        "spec.templates[*].dag.tasks[*].inline.script.image",
        "spec.templates[*].script.image",
        "spec.templates[*].sidecars[*].image",
        "spec.templates[*].steps[*][*].inline.container.image",
        "spec.templates[*].steps[*][*].inline.script.image",
    ),
    "argoproj.io/CronWorkflow": (
        "spec.workflowSpec.templateDefaults.container.image",
        "spec.workflowSpec.templates[*].container.image",
        "spec.workflowSpec.templates[*].dag.tasks[*].inline.container.image",
        "spec.workflowSpec.templates[*].dag.tasks[*].inline.script.image",
        "spec.workflowSpec.templates[*].script.image",
        "spec.workflowSpec.templates[*].sidecars[*].image",
        "spec.workflowSpec.templates[*].steps[*][*].inline.container.image",
        "spec.workflowSpec.templates[*].steps[*][*].inline.script.image",
    ),
    "argoproj.io/Workflow": (
        "spec.templateDefaults.container.image",
        "spec.templates[*].container.image",
        "spec.templates[*].dag.tasks[*].inline.container.image",
        "spec.templates[*].dag.tasks[*].inline.script.image",
        "spec.templates[*].script.image",
        "spec.templates[*].sidecars[*].image",
        "spec.templates[*].steps[*][*].inline.container.image",
        "spec.templates[*].steps[*][*].inline.script.image",
    ),
    "argoproj.io/WorkflowTemplate": (
        "spec.templateDefaults.container.image",
        "spec.templates[*].container.image",
        "spec.templates[*].dag.tasks[*].inline.container.image",
        "spec.templates[*].dag.tasks[*].inline.script.image",
        "spec.templates[*].script.image",
        "spec.templates[*].sidecars[*].image",
        "spec.templates[*].steps[*][*].inline.container.image",
        "spec.templates[*].steps[*][*].inline.script.image",
    ),
    # https://github.com/elastic/cloud-on-k8s/blob/00ad553a5386/pkg/apis/beat/v1beta1/beat_types.go
    "beat.k8s.elastic.co/Beat": ("spec.image",),
    # https://github.com/rook/rook/blob/005000212ced/pkg/apis/ceph.rook.io/v1/types.go
    "ceph.rook.io/CephCluster": ("spec.cephVersion.image",),
    # https://github.com/spotahome/redis-operator/blob/04333bc9f7e7/api/redisfailover/v1/types.go
    "databases.spotahome.com/RedisFailover": (
        "spec.redis.exporter.image",
        "spec.redis.extraContainers[*].image",
        "spec.redis.image",
        "spec.sentinel.exporter.image",
        "spec.sentinel.extraContainers[*].image",
        "spec.sentinel.image",
    ),
    # https://github.com/dragonflydb/dragonfly-operator/blob/00e1c28080f9/api/v1alpha1/dragonfly_types.go
    "dragonflydb.io/Dragonfly": ("spec.image",),
    # https://github.com/elastic/cloud-on-k8s/blob/0024cc46280c/pkg/apis/elasticsearch/v1/elasticsearch_types.go
    "elasticsearch.k8s.elastic.co/Elasticsearch": ("spec.image",),
    # https://github.com/apache/flink-kubernetes-operator/blob/24643c8c6d9d/flink-kubernetes-operator-api/src/main/java/org/apache/flink/kubernetes/operator/api/spec/FlinkDeploymentSpec.java
    "flink.apache.org/FlinkDeployment": ("spec.image",),
    # https://github.com/jaegertracing/jaeger-operator/blob/031f4d666fd9/apis/v1/jaeger_types.go
    "jaegertracing.io/Jaeger": (
        "spec.agent.image",
        "spec.allInOne.image",
        "spec.collector.image",
        "spec.ingester.image",
        "spec.query.image",
        "spec.storage.cassandraCreateSchema.image",
        "spec.storage.dependencies.image",
        "spec.storage.elasticsearch.image",
        "spec.storage.esIndexCleaner.image",
        "spec.storage.esRollover.image",
        "spec.storage.grpcPlugin.image",
    ),
    # https://github.com/mariadb-operator/mariadb-operator/blob/583d2bf3ffd6/api/v1alpha1/mariadb_types.go
    # https://github.com/mariadb-operator/mariadb-operator/blob/3d84123755a8/api/v1alpha1/mariadb_galera_types.go
    "k8s.mariadb.com/MariaDB": (
        "spec.galera.agent.image",
        "spec.galera.initContainer.image",
        "spec.image",
        "spec.metrics.exporter.image",
    ),
    # https://github.com/strimzi/strimzi-kafka-operator/tree/190bcbeaeb90/api/src/main/java/io/strimzi/api/kafka/model/kafka
    "kafka.strimzi.io/Kafka": (
        "spec.cruiseControl.image",
        "spec.entityOperator.topicOperator.image",
        "spec.entityOperator.userOperator.image",
        "spec.kafka.brokerRackInitImage",
        "spec.kafka.image",
        "spec.kafkaExporter.image",
    ),
    # https://github.com/strimzi/strimzi-kafka-operator/blob/039c91186f04/packaging/install/cluster-operator/046-Crd-kafkabridge.yaml
    "kafka.strimzi.io/KafkaBridge": ("spec.image",),
    # https://github.com/strimzi/strimzi-kafka-operator/blob/0722320d984a/api/src/main/java/io/strimzi/api/kafka/model/connect/AbstractKafkaConnectSpec.java
    "kafka.strimzi.io/KafkaConnect": ("spec.clientRackInitImage", "spec.image"),
    # https://github.com/strimzi/strimzi-kafka-operator/blob/0516ff27cbae/api/src/main/java/io/strimzi/api/kafka/model/mirrormaker2/KafkaMirrorMaker2Spec.java
    "kafka.strimzi.io/KafkaMirrorMaker2": ("spec.clientRackInitImage", "spec.image"),
    # https://github.com/elastic/cloud-on-k8s/blob/01eaa4d411d2/pkg/apis/kibana/v1/kibana_types.go
    "kibana.k8s.elastic.co/Kibana": ("spec.image",),
    # https://github.com/elastic/cloud-on-k8s/blob/005d417bd36b/pkg/apis/logstash/v1alpha1/logstash_types.go
    "logstash.k8s.elastic.co/Logstash": ("spec.image",),
    # https://github.com/prometheus-operator/prometheus-operator/blob/007cd7797dc6/pkg/apis/monitoring/v1/alertmanager_types.go
    "monitoring.coreos.com/Alertmanager": ("spec.image",),
    # https://github.com/prometheus-operator/prometheus-operator/blob/005ec27b9f76/pkg/apis/monitoring/v1/prometheus_types.go
    "monitoring.coreos.com/Prometheus": ("spec.image", "spec.thanos.image"),
    # https://github.com/prometheus-operator/prometheus-operator/blob/0eb4f5384605/pkg/apis/monitoring/v1alpha1/prometheusagent_types.go
    "monitoring.coreos.com/PrometheusAgent": ("spec.image",),
    # https://github.com/prometheus-operator/prometheus-operator/blob/035b6071001a/pkg/apis/monitoring/v1/thanos_types.go
    "monitoring.coreos.com/ThanosRuler": ("spec.image",),
    # https://github.com/open-telemetry/opentelemetry-operator/blob/01416c28a436/apis/v1alpha1/instrumentation_types.go
    "opentelemetry.io/Instrumentation": (
        "spec.apacheHttpd.image",
        "spec.dotnet.image",
        "spec.go.image",
        "spec.java.extensions[*].image",
        "spec.java.image",
        "spec.nginx.image",
        "spec.nodejs.image",
        "spec.python.image",
    ),
    # https://github.com/open-telemetry/opentelemetry-operator/blob/01416c28a436/apis/v1beta1/common.go
    # https://github.com/open-telemetry/opentelemetry-operator/blob/02050459df6d/apis/v1beta1/opentelemetrycollector_types.go
    "opentelemetry.io/OpenTelemetryCollector": (
        "spec.additionalContainers[*].image",
        "spec.image",
        "spec.targetAllocator.image",
    ),
    # https://github.com/operator-framework/api/blob/039d150defbb/pkg/operators/v1alpha1/catalogsource_types.go
    "operators.coreos.com/CatalogSource": ("spec.image",),
    # All three: https://github.com/crossplane/crossplane/blob/07b8dfc66a53/apis/pkg/v1/package_types.go
    "pkg.crossplane.io/Configuration": ("spec.package",),
    "pkg.crossplane.io/Function": ("spec.package",),
    "pkg.crossplane.io/Provider": ("spec.package",),
    # https://github.com/cloudnative-pg/cloudnative-pg/blob/78b3ecc2e4fd/api/v1/cluster_types.go
    "postgresql.cnpg.io/Cluster": ("spec.imageName", "spec.postgresql.extensions[*].image.reference"),
    # https://github.com/cloudnative-pg/cloudnative-pg/blob/02790f77ef7d/config/crd/bases/postgresql.cnpg.io_clusterimagecatalogs.yaml
    "postgresql.cnpg.io/ClusterImageCatalog": (
        "spec.images[*].extensions[*].image.reference",
        "spec.images[*].image",
    ),
    # https://github.com/cloudnative-pg/cloudnative-pg/blob/24f05f8fc99b/config/crd/bases/postgresql.cnpg.io_imagecatalogs.yaml
    "postgresql.cnpg.io/ImageCatalog": (
        "spec.images[*].extensions[*].image.reference",
        "spec.images[*].image",
    ),
    # https://github.com/percona/percona-server-mongodb-operator/blob/00b014635b02/pkg/apis/psmdb/v1/psmdb_types.go
    "psmdb.percona.com/PerconaServerMongoDB": (
        "spec.backup.image",
        "spec.image",
        "spec.initImage",
        "spec.pmm.image",
        "spec.replsets[*].sidecars[*].image",
        "spec.sharding.configsvrReplSet.sidecars[*].image",
        "spec.sharding.mongos.sidecars[*].image",
    ),
    # https://github.com/percona/percona-xtradb-cluster-operator/blob/008182635e6e/pkg/apis/pxc/v1/pxc_types.go
    # https://github.com/percona/percona-xtradb-cluster-operator/blob/0089fc46ce5b/deploy/cr.yaml
    "pxc.percona.com/PerconaXtraDBCluster": (
        "spec.backup.image",
        "spec.haproxy.image",
        "spec.haproxy.sidecars[*].image",
        "spec.initContainer.image",
        "spec.initImage",
        "spec.logcollector.image",
        "spec.pmm.image",
        "spec.proxysql.image",
        "spec.proxysql.sidecars[*].image",
        "spec.pxc.image",
        "spec.pxc.sidecars[*].image",
    ),
    # https://github.com/rabbitmq/cluster-operator/blob/039848e02910/api/v1beta1/rabbitmqcluster_types.go
    "rabbitmq.com/RabbitmqCluster": ("spec.image",),
    # https://github.com/kubeflow/spark-operator/blob/0dc641bd1d7d/api/v1beta2/scheduledsparkapplication_types.go
    "sparkoperator.k8s.io/ScheduledSparkApplication": (
        "spec.template.driver.image",
        "spec.template.driver.sidecars[*].image",
        "spec.template.executor.image",
        "spec.template.executor.sidecars[*].image",
        "spec.template.image",
    ),
    # https://github.com/kubeflow/spark-operator/blob/07f3cecdbf9a/api/v1beta2/sparkapplication_types.go
    "sparkoperator.k8s.io/SparkApplication": (
        "spec.driver.image",
        "spec.driver.sidecars[*].image",
        "spec.executor.image",
        "spec.executor.sidecars[*].image",
        "spec.image",
    ),
    # https://github.com/tektoncd/pipeline/blob/16afd29f7bb7/pkg/apis/pipeline/v1beta1/cluster_task_types.go
    # https://github.com/tektoncd/pipeline/blob/03a288345f66/pkg/apis/pipeline/v1/container_types.go
    "tekton.dev/ClusterTask": (
        "spec.sidecars[*].image",
        "spec.stepTemplate.image",
        "spec.steps[*].image",
    ),
    # https://github.com/tektoncd/pipeline/blob/05ecbd6b6e2d/pkg/apis/pipeline/v1/pipeline_types.go
    "tekton.dev/Pipeline": (
        "spec.finally[*].taskSpec.sidecars[*].image",
        "spec.finally[*].taskSpec.stepTemplate.image",
        "spec.finally[*].taskSpec.steps[*].image",
        "spec.tasks[*].taskSpec.sidecars[*].image",
        "spec.tasks[*].taskSpec.stepTemplate.image",
        "spec.tasks[*].taskSpec.steps[*].image",
    ),
    # https://github.com/tektoncd/pipeline/blob/04e34363f4bb/pkg/apis/pipeline/v1/pipelinerun_types.go
    "tekton.dev/PipelineRun": (
        "spec.pipelineSpec.finally[*].taskSpec.sidecars[*].image",
        "spec.pipelineSpec.finally[*].taskSpec.stepTemplate.image",
        "spec.pipelineSpec.finally[*].taskSpec.steps[*].image",
        "spec.pipelineSpec.tasks[*].taskSpec.sidecars[*].image",
        "spec.pipelineSpec.tasks[*].taskSpec.stepTemplate.image",
        "spec.pipelineSpec.tasks[*].taskSpec.steps[*].image",
    ),
    # https://github.com/tektoncd/pipeline/blob/1edbbdba4730/pkg/apis/pipeline/v1beta1/stepaction_types.go
    "tekton.dev/StepAction": ("spec.image",),
    # https://github.com/tektoncd/pipeline/blob/1027f728dd31/pkg/apis/pipeline/v1/task_types.go
    "tekton.dev/Task": (
        "spec.sidecars[*].image",
        "spec.stepTemplate.image",
        "spec.steps[*].image",
    ),
    # https://github.com/tektoncd/pipeline/blob/01444f4bdb05/pkg/apis/pipeline/v1/taskrun_types.go
    "tekton.dev/TaskRun": (
        "spec.taskSpec.sidecars[*].image",
        "spec.taskSpec.stepTemplate.image",
        "spec.taskSpec.steps[*].image",
    ),
}
