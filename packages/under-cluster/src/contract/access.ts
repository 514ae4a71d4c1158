import { eventually } from '../eventually';
import { Json } from '../object';
import { newNamespace, refusal, Suite } from './suite';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Who may do what: tokens, roles, bindings and reviews. */
export function access(suite: Suite): void {
  const ask = (method: string, path: string, body?: unknown) =>
    suite.cluster.request(method, path, body);
  const as = (token: string, method: string, path: string, body?: unknown) =>
    suite.cluster.request(method, path, body, { token });

  /** A ServiceAccount with a token Secret, filled in. */
  async function account(namespace: string, name: string): Promise<string> {
    const root = `/api/v1/namespaces/${namespace}`;
    await ask('POST', `${root}/serviceaccounts`, { metadata: { name } });
    await ask('POST', `${root}/secrets`, {
      metadata: {
        name: `${name}-token`,
        annotations: { 'kubernetes.io/service-account.name': name },
      },
      type: 'kubernetes.io/service-account-token',
    });
    const { body } = await eventually(
      () => ask('GET', `${root}/secrets/${name}-token`),
      answer => !!answer.body.data?.token,
    );
    return Buffer.from(body.data.token, 'base64').toString('utf8');
  }

  /** Grants rules to a ServiceAccount, in the whole cluster or in one namespace, and waits until they count. */
  async function grant(
    namespace: string,
    name: string,
    rules: Json[],
    within?: string,
  ): Promise<void> {
    const root = within ? `${RBAC}/namespaces/${within}` : RBAC;
    const [roles, bindings, kind] = within
      ? ['roles', 'rolebindings', 'Role']
      : ['clusterroles', 'clusterrolebindings', 'ClusterRole'];
    const made = await ask('POST', `${root}/${roles}`, {
      metadata: { generateName: 'grant-' },
      rules,
    });
    const bound = await ask('POST', `${root}/${bindings}`, {
      metadata: { generateName: 'grant-' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind,
        name: made.body.metadata.name,
      },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    expect(bound.status).toBe(201);
  }

  const allowed = (token: string, resourceAttributes: Json) =>
    as(token, 'POST', REVIEWS, { spec: { resourceAttributes } }).then(
      ({ body }) => body.status,
    );

  suite.test('knows nobody by a token it did not give', async () => {
    for (const path of ['/api/v1/namespaces', '/version']) {
      expect(await as('bogus', 'GET', path)).toEqual({
        status: 401,
        body: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'Unauthorized',
          reason: 'Unauthorized',
          code: 401,
        },
      });
    }
  });

  suite.test('shows the nameless its version, and no more', async () => {
    expect((await as('', 'GET', '/version')).status).toBe(200);
    expect(refusal(await as('', 'GET', '/api/v1/namespaces'))).toEqual({
      status: 403,
      reason: 'Forbidden',
      message:
        'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope',
    });
    expect(refusal(await as('', 'GET', '/api'))).toEqual({
      status: 403,
      reason: 'Forbidden',
      message: 'forbidden: User "system:anonymous" cannot get path "/api"',
    });
  });

  suite.test('fills in the token Secret of a ServiceAccount', async () => {
    const namespace = await newNamespace(suite.cluster);
    await account(namespace, 'reader');
    const root = `/api/v1/namespaces/${namespace}`;
    const { body } = await eventually(
      () => ask('GET', `${root}/secrets/reader-token`),
      answer => !!answer.body.data?.['ca.crt'],
    );
    const owner = await ask('GET', `${root}/serviceaccounts/reader`);
    const decoded = (key: string) =>
      Buffer.from(body.data[key], 'base64').toString('utf8');
    expect(decoded('ca.crt').trim()).toBe(suite.cluster.ca.trim());
    expect(decoded('namespace')).toBe(namespace);
    expect(body).toMatchObject({
      type: 'kubernetes.io/service-account-token',
      metadata: {
        annotations: {
          'kubernetes.io/service-account.name': 'reader',
          'kubernetes.io/service-account.uid': owner.body.metadata.uid,
        },
      },
    });
    expect(
      refusal(
        await ask('POST', `${root}/secrets`, {
          metadata: { name: 'whose' },
          type: 'kubernetes.io/service-account-token',
        }),
      ),
    ).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'Secret "whose" is invalid: metadata.annotations[kubernetes.io/service-account.name]: Required value',
    });
  });

  suite.test(
    'forgets the token when Secret or ServiceAccount goes',
    async () => {
      const namespace = await newNamespace(suite.cluster);
      const root = `/api/v1/namespaces/${namespace}`;
      const one = await account(namespace, 'one');
      const two = await account(namespace, 'two');
      expect((await as(one, 'GET', '/api')).status).toBe(200);
      await ask('DELETE', `${root}/secrets/one-token`);
      await ask('DELETE', `${root}/serviceaccounts/two`);
      for (const token of [one, two]) {
        await eventually(
          () => as(token, 'GET', '/api'),
          ({ status }) => status === 401,
        );
      }
      await eventually(
        () => ask('GET', `${root}/secrets/two-token`),
        ({ status }) => status === 404,
      );
    },
  );

  suite.test('makes no token Secret that nobody asked for', async () => {
    const namespace = await newNamespace(suite.cluster);
    await account(namespace, 'reader');
    const { body } = await ask(
      'GET',
      `/api/v1/namespaces/${namespace}/secrets`,
    );
    expect(body.items).toHaveLength(1);
  });

  suite.test('refuses whatever no role allows, and says what', async () => {
    const namespace = await newNamespace(suite.cluster);
    const token = await account(namespace, 'reader');
    const user = `User "system:serviceaccount:${namespace}:reader"`;
    const root = `/api/v1/namespaces/${namespace}`;
    const cases: [string, string, string][] = [
      [
        'GET',
        '/api/v1/namespaces',
        `namespaces is forbidden: ${user} cannot list resource "namespaces" in API group "" at the cluster scope`,
      ],
      [
        'GET',
        '/api/v1/namespaces?watch=1',
        `namespaces is forbidden: ${user} cannot watch resource "namespaces" in API group "" at the cluster scope`,
      ],
      [
        'GET',
        root,
        `namespaces "${namespace}" is forbidden: ${user} cannot get resource "namespaces" in API group "" in the namespace "${namespace}"`,
      ],
      [
        'GET',
        `${root}/secrets/reader-token`,
        `secrets "reader-token" is forbidden: ${user} cannot get resource "secrets" in API group "" in the namespace "${namespace}"`,
      ],
      [
        'POST',
        `${root}/configmaps`,
        `configmaps is forbidden: ${user} cannot create resource "configmaps" in API group "" in the namespace "${namespace}"`,
      ],
      [
        'PATCH',
        `${root}/persistentvolumeclaims/a/status`,
        `persistentvolumeclaims "a" is forbidden: ${user} cannot patch resource "persistentvolumeclaims/status" in API group "" in the namespace "${namespace}"`,
      ],
      [
        'DELETE',
        `${root}/configmaps/a`,
        `configmaps "a" is forbidden: ${user} cannot delete resource "configmaps" in API group "" in the namespace "${namespace}"`,
      ],
      [
        'GET',
        '/apis/storage.k8s.io/v1/storageclasses',
        `storageclasses.storage.k8s.io is forbidden: ${user} cannot list resource "storageclasses" in API group "storage.k8s.io" at the cluster scope`,
      ],
      // Before it is asked whether there is such a thing.
      [
        'GET',
        '/apis/nope.io/v1/things',
        `things.nope.io is forbidden: ${user} cannot list resource "things" in API group "nope.io" at the cluster scope`,
      ],
      ['GET', '/metrics', `forbidden: ${user} cannot get path "/metrics"`],
    ];
    for (const [method, path, message] of cases) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      expect(refusal(await as(token, method, path, body))).toEqual({
        status: 403,
        reason: 'Forbidden',
        message,
      });
    }
    expect((await as(token, 'GET', '/api')).status).toBe(200);
    expect((await as(token, 'GET', '/apis/apps/v1')).status).toBe(200);
  });

  suite.test('allows what any of the roles allows', async () => {
    const here = await newNamespace(suite.cluster);
    const there = await newNamespace(suite.cluster);
    const token = await account(here, 'reader');
    await grant(here, 'reader', [
      { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
    ]);
    await grant(here, 'reader', [
      {
        apiGroups: ['storage.k8s.io'],
        resources: ['*'],
        verbs: ['get', 'list', 'watch'],
      },
    ]);
    await grant(
      here,
      'reader',
      [{ apiGroups: ['*'], resources: ['configmaps'], verbs: ['*'] }],
      there,
    );
    const code = async (method: string, path: string, body?: unknown) =>
      (await as(token, method, path, body)).status;
    await eventually(
      () => code('GET', `/api/v1/namespaces/${there}/configmaps`),
      status => status === 200,
    );
    expect(await code('GET', '/api/v1/nodes')).toBe(200);
    expect(await code('GET', '/api/v1/nodes/any')).toBe(403);
    expect(await code('GET', '/apis/storage.k8s.io/v1/csinodes')).toBe(200);
    expect(
      await code('POST', `/api/v1/namespaces/${there}/configmaps`, {
        metadata: { name: 'a' },
      }),
    ).toBe(201);
    expect(await code('GET', `/api/v1/namespaces/${here}/configmaps`)).toBe(
      403,
    );
    expect(await code('GET', '/api/v1/configmaps')).toBe(403);
    expect(await code('GET', `/api/v1/namespaces/${there}/secrets`)).toBe(403);
  });

  suite.test('allows a single object by its name', async () => {
    const namespace = await newNamespace(suite.cluster);
    const root = `/api/v1/namespaces/${namespace}/configmaps`;
    const token = await account(namespace, 'reader');
    await ask('POST', root, { metadata: { name: 'open' } });
    await ask('POST', root, { metadata: { name: 'shut' } });
    await grant(
      namespace,
      'reader',
      [
        {
          apiGroups: [''],
          resources: ['configmaps'],
          resourceNames: ['open'],
          verbs: ['get', 'list', 'watch'],
        },
      ],
      namespace,
    );
    const code = async (path: string) => (await as(token, 'GET', path)).status;
    await eventually(
      () => code(`${root}/open`),
      status => status === 200,
    );
    expect(await code(`${root}/shut`)).toBe(403);
    expect(await code(root)).toBe(403);
    expect(await code(`${root}?fieldSelector=metadata.name=open`)).toBe(200);
    expect(await code(`${root}?fieldSelector=metadata.name=shut`)).toBe(403);
  });

  suite.test('binds a ClusterRole within a namespace', async () => {
    const namespace = await newNamespace(suite.cluster);
    const token = await account(namespace, 'reader');
    const role = await ask('POST', `${RBAC}/clusterroles`, {
      metadata: { generateName: 'contract:reader-' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
    });
    await ask('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, {
      metadata: { name: 'reader' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: role.body.metadata.name,
      },
      subjects: [
        {
          kind: 'Group',
          apiGroup: 'rbac.authorization.k8s.io',
          name: `system:serviceaccounts:${namespace}`,
        },
      ],
    });
    await eventually(
      () => as(token, 'GET', `/api/v1/namespaces/${namespace}/pods`),
      ({ status }) => status === 200,
    );
    expect((await as(token, 'GET', '/api/v1/pods')).status).toBe(403);
    expect(
      (
        await suite.cluster.request(
          'PATCH',
          `${RBAC}/namespaces/${namespace}/rolebindings/reader`,
          { roleRef: { name: 'other' } },
          { contentType: 'application/merge-patch+json' },
        )
      ).body,
    ).toMatchObject({
      code: 422,
      message: expect.stringMatching(
        /^RoleBinding\.rbac\.authorization\.k8s\.io "reader" is invalid: roleRef: Invalid value: .*: cannot change roleRef$/,
      ),
    });
  });

  suite.test('follows a binding that goes', async () => {
    const namespace = await newNamespace(suite.cluster);
    const token = await account(namespace, 'reader');
    await grant(namespace, 'reader', [
      { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
    ]);
    const code = () =>
      as(token, 'GET', '/api/v1/nodes').then(({ status }) => status);
    await eventually(code, status => status === 200);
    const { body } = await ask('GET', `${RBAC}/clusterrolebindings`);
    const binding = body.items.find((item: Json) =>
      item.subjects?.some((subject: Json) => subject.namespace === namespace),
    );
    await ask('DELETE', `${RBAC}/clusterrolebindings/${binding.metadata.name}`);
    await eventually(code, status => status === 403);
  });

  suite.test('answers what the asker may do', async () => {
    const namespace = await newNamespace(suite.cluster);
    const token = await account(namespace, 'reader');
    const listNodes = { verb: 'list', resource: 'nodes' };
    const refused = await as(token, 'POST', REVIEWS, {
      spec: { resourceAttributes: listNodes },
    });
    expect(refused.status).toBe(201);
    expect(refused.body).toMatchObject({
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      spec: { resourceAttributes: listNodes },
      status: { allowed: false },
    });
    await grant(namespace, 'reader', [
      { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
    ]);
    const granted = await eventually(
      () => allowed(token, listNodes),
      status => status.allowed,
    );
    expect(granted.reason).toMatch(
      new RegExp(
        `^RBAC: allowed by ClusterRoleBinding "grant-.*" of ClusterRole "grant-.*" to ServiceAccount "reader/${namespace}"$`,
      ),
    );
    expect(await allowed(token, { verb: 'watch', resource: 'nodes' })).toEqual({
      allowed: false,
    });
    expect(
      await allowed(token, {
        verb: 'list',
        group: 'cdi.kubevirt.io',
        resource: 'datavolumes',
      }),
    ).toEqual({ allowed: false });
    expect(
      (
        await as(token, 'POST', REVIEWS, {
          spec: { nonResourceAttributes: { verb: 'get', path: '/version' } },
        })
      ).body.status,
    ).toMatchObject({ allowed: true });
    expect(
      await allowed(suite.cluster.adminToken, {
        verb: 'delete',
        resource: 'secrets',
      }),
    ).toEqual({ allowed: true });
    expect(
      refusal(await as(token, 'POST', REVIEWS, { spec: {} })),
    ).toMatchObject({ status: 422, reason: 'Invalid' });
  });

  suite.test('refuses a role that allows nothing', async () => {
    expect(
      refusal(
        await ask('POST', `${RBAC}/clusterroles`, {
          metadata: { name: 'no/thing' },
          rules: [{ verbs: [], apiGroups: [''], resources: ['pods'] }],
        }),
      ),
    ).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'ClusterRole.rbac.authorization.k8s.io "no/thing" is invalid: [metadata.name: Invalid value: "no/thing": may not contain \'/\', rules[0].verbs: Required value: verbs must contain at least one value]',
    });
  });
}
