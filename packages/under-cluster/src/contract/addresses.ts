import { connect } from 'node:http2';
import { Json } from '../object';
import { refusal, Suite } from './suite';

/** What the server answers where: health, version, discovery, and what isn't there. */
export function addresses(suite: Suite): void {
  const get = (path: string) => suite.cluster.request('GET', path);

  suite.test('says that it is well', async () => {
    for (const path of ['/healthz', '/livez', '/readyz']) {
      expect(await get(path)).toEqual({ status: 200, body: 'ok' });
    }
  });

  suite.test('says its version', async () => {
    expect((await get('/version')).body).toMatchObject({
      major: '1',
      minor: '20',
      gitVersion: expect.stringMatching(/^v1\.20\.2/),
    });
  });

  suite.test('speaks HTTP/2', async () => {
    const session = connect(suite.cluster.url, { ca: suite.cluster.ca });
    const stream = session.request({
      ':path': '/api/v1/namespaces/default',
      authorization: `Bearer ${suite.cluster.adminToken}`,
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
    }
    session.close();
    expect(JSON.parse(Buffer.concat(chunks).toString('utf8'))).toMatchObject({
      kind: 'Namespace',
      metadata: { name: 'default' },
    });
  });

  suite.test('lists the core versions, the groups and a group', async () => {
    expect((await get('/api')).body).toMatchObject({
      kind: 'APIVersions',
      versions: ['v1'],
    });
    const groups = (await get('/apis')).body;
    expect(groups).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
    const apps = {
      name: 'apps',
      versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    };
    expect(groups.groups).toContainEqual(apps);
    expect((await get('/apis/apps')).body).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      ...apps,
    });
  });

  suite.test('lists the resources of a version', async () => {
    const core = (await get('/api/v1')).body;
    expect(core).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'v1',
    });
    const named = (list: Json, name: string) =>
      list.resources.find((each: Json) => each.name === name);
    expect(named(core, 'persistentvolumeclaims')).toMatchObject({
      singularName: '',
      namespaced: true,
      kind: 'PersistentVolumeClaim',
      shortNames: ['pvc'],
      verbs: expect.arrayContaining([
        'create',
        'delete',
        'get',
        'list',
        'patch',
        'update',
        'watch',
      ]),
    });
    expect(named(core, 'persistentvolumeclaims/status')).toEqual({
      name: 'persistentvolumeclaims/status',
      singularName: '',
      namespaced: true,
      kind: 'PersistentVolumeClaim',
      verbs: ['get', 'patch', 'update'],
    });
    expect(named(core, 'namespaces')).toMatchObject({
      namespaced: false,
      shortNames: ['ns'],
    });
    const storage = (await get('/apis/storage.k8s.io/v1')).body;
    expect(storage).toMatchObject({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'storage.k8s.io/v1',
    });
    for (const name of [
      'storageclasses',
      'csidrivers',
      'csinodes',
      'volumeattachments',
    ]) {
      expect(named(storage, name)).toMatchObject({ namespaced: false });
    }
  });

  suite.test('has the namespaces every server starts with', async () => {
    const { body } = await get('/api/v1/namespaces');
    expect(
      body.items.map((namespace: Json) => namespace.metadata.name),
    ).toEqual(
      expect.arrayContaining([
        'default',
        'kube-node-lease',
        'kube-public',
        'kube-system',
      ]),
    );
  });

  suite.test('answers a Status for a resource that is not there', async () => {
    const missing = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'the server could not find the requested resource',
      reason: 'NotFound',
      details: {},
      code: 404,
    };
    for (const path of [
      '/api/v1/nope',
      '/api/v2',
      '/api/v2/namespaces',
      '/apis/apps/v1/nope',
      '/apis/apps/v7',
      '/apis/apps/v7/deployments',
      '/api/v1/namespaces/default/nodes',
      '/api/v1/configmaps/a',
      '/api/v1/nodes/a/b',
      '/api/v1/namespaces/default/configmaps/a/status',
    ]) {
      expect(await get(path)).toEqual({ status: 404, body: missing });
    }
  });

  suite.test('answers plain text for a group that is not there', async () => {
    for (const path of [
      '/apis/nope.io',
      '/apis/nope.io/v1',
      '/apis/nope.io/v1/things',
    ]) {
      expect(await get(path)).toEqual({
        status: 404,
        body: '404 page not found\n',
      });
    }
  });

  suite.test('answers its paths for one that means nothing', async () => {
    const { status, body } = await get('/nothing/here');
    expect(status).toBe(404);
    expect(body.paths).toContain('/version');
  });

  suite.test('names an object that is not there', async () => {
    expect(await get('/api/v1/namespaces/nope')).toEqual({
      status: 404,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'namespaces "nope" not found',
        reason: 'NotFound',
        details: { name: 'nope', kind: 'namespaces' },
        code: 404,
      },
    });
    expect(
      (await get('/apis/storage.k8s.io/v1/storageclasses/nope')).body,
    ).toMatchObject({
      message: 'storageclasses.storage.k8s.io "nope" not found',
      details: {
        name: 'nope',
        group: 'storage.k8s.io',
        kind: 'storageclasses',
      },
    });
  });

  suite.test('refuses a method that makes no sense', async () => {
    const cases: [string, string][] = [
      ['PUT', '/api/v1/namespaces'],
      ['PATCH', '/api/v1/namespaces'],
      ['POST', '/api/v1/namespaces/default'],
      ['POST', '/api/v1/configmaps'],
      ['GET', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
    ];
    for (const [method, path] of cases) {
      const body = method === 'GET' ? undefined : {};
      expect(refusal(await suite.cluster.request(method, path, body))).toEqual({
        status: 405,
        reason: 'MethodNotAllowed',
        message:
          'the server does not allow this method on the requested resource',
      });
    }
  });
}
