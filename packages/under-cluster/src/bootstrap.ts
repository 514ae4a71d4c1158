import { KubeObject } from './object';

const RBAC = 'rbac.authorization.k8s.io';

const metadata = (name: string) => ({
  name,
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
});

const clusterRole = (name: string, rules: object[]): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: metadata(name),
  rules,
});

const binding = (name: string, groups: string[]): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: metadata(name),
  subjects: groups.map(group => ({
    kind: 'Group',
    apiGroup: RBAC,
    name: group,
  })),
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
});

const HEALTH = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

/** What a real server makes for itself when it starts on an empty etcd, as far as it is served here. */
export const BOOTSTRAP_OBJECTS: readonly KubeObject[] = [
  ...['default', 'kube-node-lease', 'kube-public', 'kube-system'].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })),
  clusterRole('cluster-admin', [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ]),
  clusterRole('system:basic-user', [
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
  ]),
  clusterRole('system:discovery', [
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/openapi',
        '/openapi/*',
        ...HEALTH,
      ],
    },
  ]),
  clusterRole('system:public-info-viewer', [
    { verbs: ['get'], nonResourceURLs: HEALTH },
  ]),
  binding('cluster-admin', ['system:masters']),
  binding('system:basic-user', ['system:authenticated']),
  binding('system:discovery', ['system:authenticated']),
  binding('system:public-info-viewer', [
    'system:authenticated',
    'system:unauthenticated',
  ]),
];
