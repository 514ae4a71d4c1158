/**
 * What Flux's own definitions say of the fields in use here: kustomize-controller v1.7, helm-controller v1.6.3
 * (config/crd/bases/helm.toolkit.fluxcd.io_helmreleases.yaml) and source-controller v1.9.1. Their CEL rules are not here:
 * Kubernetes v1.20 has none.
 */
import {
  anything,
  count,
  duration,
  fields,
  flag,
  generation,
  kindWith,
  list,
  moment,
  name,
  oneOf,
  strings,
  text,
  whole,
  withDefault,
} from './schema';

/** metav1.Condition, as every controller of Flux writes it. */
const conditions = list(
  fields(
    {
      type: { type: 'string', maxLength: 316 },
      status: oneOf('True', 'False', 'Unknown'),
      reason: {
        ...name(1024),
        pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      },
      message: { type: 'string', maxLength: 32768 },
      lastTransitionTime: moment,
      observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    },
    ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  ),
);

const inventory = fields(
  { entries: list(fields({ id: text, v: text }, ['id', 'v'])) },
  ['entries'],
);

const named = fields({ name: text }, ['name']);

export const kustomization = kindWith({
  spec: fields(
    {
      dependsOn: list(fields({ name: text, namespace: text }, ['name'])),
      force: flag,
      healthChecks: list(
        fields({ apiVersion: text, kind: text, name: text, namespace: text }, [
          'kind',
          'name',
        ]),
      ),
      interval: duration,
      path: text,
      prune: flag,
      retryInterval: duration,
      sourceRef: fields(
        {
          apiVersion: text,
          kind: oneOf(
            'OCIRepository',
            'GitRepository',
            'Bucket',
            'ExternalArtifact',
          ),
          name: text,
          namespace: text,
        },
        ['kind', 'name'],
      ),
      suspend: flag,
      targetNamespace: name(63),
      timeout: duration,
      wait: flag,
    },
    ['interval', 'prune', 'sourceRef'],
  ),
  status: fields({
    conditions,
    inventory,
    lastAppliedRevision: text,
    lastAttemptedRevision: text,
    lastHandledReconcileAt: text,
    observedGeneration: generation,
  }),
});

const artifact = fields(
  {
    digest: text,
    lastUpdateTime: moment,
    path: text,
    revision: text,
    size: generation,
    url: text,
  },
  ['lastUpdateTime', 'path', 'revision', 'url'],
);

export const gitRepository = kindWith({
  spec: fields(
    {
      interval: duration,
      ref: fields({ branch: text, commit: text, name: text, tag: text }),
      secretRef: named,
      suspend: flag,
      timeout: duration,
      url: { type: 'string', pattern: '^(http|https|ssh)://.*$' },
    },
    ['interval', 'url'],
  ),
  status: fields({ artifact, conditions, observedGeneration: generation }),
});

export const helmRepository = kindWith({
  spec: fields(
    {
      certSecretRef: named,
      insecure: flag,
      interval: duration,
      passCredentials: flag,
      provider: withDefault(oneOf('generic', 'aws', 'azure', 'gcp'), 'generic'),
      secretRef: named,
      suspend: flag,
      timeout: {
        type: 'string',
        pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m))+$',
      },
      type: oneOf('default', 'oci'),
      url: { type: 'string', pattern: '^(http|https|oci)://.*$' },
    },
    ['url'],
  ),
  status: withDefault(
    fields({
      artifact,
      conditions,
      lastHandledReconcileAt: text,
      observedGeneration: generation,
      url: text,
    }),
    { observedGeneration: -1 },
  ),
});

const crds = oneOf('Skip', 'Create', 'CreateReplace');
const applied = oneOf('enabled', 'disabled', 'auto');
const strategy = fields(
  {
    name: oneOf('RemediateOnFailure', 'RetryOnFailure'),
    retryInterval: duration,
  },
  ['name'],
);
const remediation = {
  ignoreTestFailures: flag,
  remediateLastFailure: flag,
  retries: whole,
};
const waiting = {
  disableHooks: flag,
  disableOpenAPIValidation: flag,
  disableSchemaValidation: flag,
  disableTakeOwnership: flag,
  disableWait: flag,
  disableWaitForJobs: flag,
  timeout: duration,
};

export const helmRelease = kindWith({
  spec: fields(
    {
      chart: fields(
        {
          metadata: fields({ annotations: strings, labels: strings }),
          spec: fields(
            {
              chart: name(2048),
              ignoreMissingValuesFiles: flag,
              interval: duration,
              reconcileStrategy: withDefault(
                oneOf('ChartVersion', 'Revision'),
                'ChartVersion',
              ),
              sourceRef: fields(
                {
                  apiVersion: text,
                  kind: oneOf('HelmRepository', 'GitRepository', 'Bucket'),
                  name: name(253),
                  namespace: name(63),
                },
                ['kind', 'name'],
              ),
              valuesFiles: list(text),
              version: withDefault(text, '*'),
            },
            ['chart', 'sourceRef'],
          ),
        },
        ['spec'],
      ),
      chartRef: fields(
        {
          apiVersion: text,
          kind: oneOf('OCIRepository', 'HelmChart', 'ExternalArtifact'),
          name: name(253),
          namespace: name(63),
        },
        ['kind', 'name'],
      ),
      commonMetadata: fields({ annotations: strings, labels: strings }),
      dependsOn: list(
        fields({ name: text, namespace: text, readyExpr: text }, ['name']),
      ),
      driftDetection: fields({
        ignore: list(
          fields(
            {
              paths: list(text),
              target: fields({
                annotationSelector: text,
                group: text,
                kind: text,
                labelSelector: text,
                name: text,
                namespace: text,
                version: text,
              }),
            },
            ['paths'],
          ),
        ),
        mode: oneOf('enabled', 'warn', 'disabled'),
      }),
      install: fields({
        ...waiting,
        crds,
        createNamespace: flag,
        remediation: fields(remediation),
        replace: flag,
        serverSideApply: flag,
        skipCRDs: flag,
        strategy,
      }),
      interval: duration,
      maxHistory: whole,
      persistentClient: flag,
      releaseName: name(53),
      rollback: fields({
        cleanupOnFail: flag,
        disableHooks: flag,
        disableWait: flag,
        disableWaitForJobs: flag,
        force: flag,
        recreate: flag,
        serverSideApply: applied,
        timeout: duration,
      }),
      serviceAccountName: name(253),
      storageNamespace: name(63),
      suspend: flag,
      targetNamespace: name(63),
      timeout: duration,
      uninstall: fields({
        deletionPropagation: withDefault(
          oneOf('background', 'foreground', 'orphan'),
          'background',
        ),
        disableHooks: flag,
        disableWait: flag,
        keepHistory: flag,
        timeout: duration,
      }),
      upgrade: fields({
        ...waiting,
        chartNameChangeStrategy: oneOf('InPlaceUpdate', 'Reinstall'),
        cleanupOnFail: flag,
        crds,
        force: flag,
        preserveValues: flag,
        remediation: fields({
          ...remediation,
          strategy: oneOf('rollback', 'uninstall'),
        }),
        serverSideApply: applied,
        strategy,
      }),
      // What a chart takes is the chart's business.
      values: { 'x-kubernetes-preserve-unknown-fields': true },
      valuesFrom: list(
        fields(
          {
            kind: oneOf('Secret', 'ConfigMap'),
            literal: flag,
            name: name(253),
            optional: flag,
            targetPath: {
              type: 'string',
              maxLength: 250,
              pattern: '^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$',
            },
            valuesKey: {
              type: 'string',
              maxLength: 253,
              pattern: '^[\\-._a-zA-Z0-9]+$',
            },
          },
          ['kind', 'name'],
        ),
      ),
    },
    ['interval'],
  ),
  status: withDefault(
    fields({
      conditions,
      failures: generation,
      helmChart: text,
      history: list(anything),
      installFailures: generation,
      inventory,
      lastAttemptedConfigDigest: text,
      lastAttemptedGeneration: generation,
      lastAttemptedReleaseAction: oneOf('install', 'upgrade'),
      lastAttemptedRevision: text,
      lastHandledReconcileAt: text,
      lastReleaseRevision: count,
      observedGeneration: generation,
      storageNamespace: name(63),
      upgradeFailures: generation,
    }),
    { observedGeneration: -1 },
  ),
});
