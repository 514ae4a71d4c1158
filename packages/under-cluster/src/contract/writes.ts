import { Json } from '../object';
import { MERGE_PATCH, newNamespace, refusal, Suite } from './suite';

const DEPLOYMENT = {
  metadata: { name: 'controller' },
  spec: {
    selector: { matchLabels: { app: 'controller' } },
    template: {
      metadata: { labels: { app: 'controller' } },
      spec: { containers: [{ name: 'main', image: 'registry.test/main:1' }] },
    },
  },
};

/** Creating, changing and deleting objects, whatever their kind. */
export function writes(suite: Suite): void {
  const ask = (method: string, path: string, body?: unknown) =>
    suite.cluster.request(method, path, body);
  const patch = (path: string, body: unknown) =>
    suite.cluster.request('PATCH', path, body, MERGE_PATCH);
  const configMaps = async () =>
    `/api/v1/namespaces/${await newNamespace(suite.cluster)}/configmaps`;

  suite.test('sets the metadata of a new object itself', async () => {
    const path = await configMaps();
    const { status, body } = await ask('POST', path, {
      metadata: {
        name: 'a',
        uid: 'mine',
        creationTimestamp: '2001-01-01T00:00:00Z',
        deletionTimestamp: '2001-01-01T00:00:00Z',
        labels: { colour: 'red' },
      },
      data: { key: 'value' },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        namespace: path.split('/')[4],
        uid: expect.stringMatching(
          /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
        ),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(
          /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
        ),
        labels: { colour: 'red' },
      },
      data: { key: 'value' },
    });
    expect(body.metadata).not.toHaveProperty('deletionTimestamp');
    expect(body.metadata).not.toHaveProperty('generation');
    const age = Date.now() - Date.parse(body.metadata.creationTimestamp);
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(60_000);
    expect((await ask('GET', `${path}/a`)).body).toEqual(body);
  });

  suite.test('counts all writes with one counter', async () => {
    const path = await configMaps();
    const versionOf = (answer: { body: Json }) =>
      Number(answer.body.metadata.resourceVersion);
    const first = versionOf(
      await ask('POST', path, { metadata: { name: 'a' } }),
    );
    const second = versionOf(
      await ask('POST', path.replace('configmaps', 'serviceaccounts'), {
        metadata: { name: 'a' },
      }),
    );
    const third = versionOf(await patch(`${path}/a`, { data: { a: 'b' } }));
    expect(second).toBeGreaterThan(first);
    expect(third).toBeGreaterThan(second);
    expect(versionOf(await ask('GET', path))).toBeGreaterThanOrEqual(third);
  });

  suite.test('makes a name up where one is asked for', async () => {
    const { body } = await ask('POST', await configMaps(), {
      metadata: { generateName: 'made-' },
    });
    expect(body.metadata.name).toMatch(
      /^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
    );
    expect(body.metadata.generateName).toBe('made-');
  });

  suite.test('refuses to create what is there', async () => {
    const path = await configMaps();
    await ask('POST', path, { metadata: { name: 'a' } });
    expect(
      refusal(await ask('POST', path, { metadata: { name: 'a' } })),
    ).toEqual({
      status: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
    });
  });

  suite.test('refuses a body that can not be created here', async () => {
    const path = await configMaps();
    expect(
      refusal(
        await ask('POST', path, {
          metadata: { name: 'a', resourceVersion: '4' },
        }),
      ),
    ).toEqual({
      status: 500,
      reason: undefined,
      message: 'resourceVersion should not be set on objects to be created',
    });
    expect(
      refusal(
        await ask('POST', path, {
          metadata: { name: 'a', namespace: 'other' },
        }),
      ),
    ).toEqual({
      status: 400,
      reason: 'BadRequest',
      message:
        'the namespace of the provided object does not match the namespace sent on the request',
    });
    expect(
      refusal(
        await ask('POST', '/api/v1/namespaces/nope/configmaps', {
          metadata: { name: 'a' },
        }),
      ),
    ).toEqual({
      status: 404,
      reason: 'NotFound',
      message: 'namespaces "nope" not found',
    });
    expect(refusal(await ask('POST', path, '{"metadata":'))).toEqual({
      status: 400,
      reason: 'BadRequest',
      message: expect.stringContaining(
        "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ",
      ),
    });
    expect(
      refusal(
        await ask('POST', path, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'a' },
        }),
      ),
    ).toEqual({
      status: 400,
      reason: 'BadRequest',
      message: expect.stringContaining(
        'Secret in version "v1" cannot be handled as a ConfigMap: ',
      ),
    });
    expect(
      (
        await suite.cluster.request('POST', path, '<a/>', {
          contentType: 'text/xml',
        })
      ).body,
    ).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });

  suite.test('refuses malformed names and labels', async () => {
    const path = await configMaps();
    const post = async (metadata: Json, to = path) =>
      refusal(await ask('POST', to, { metadata }));
    const label =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    const subdomain =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    const invalid = (message: string) => ({
      status: 422,
      reason: 'Invalid',
      message,
    });
    for (const name of ['A_B', '../x', '-a', 'a-', 'äöü', 'a b', '__proto__']) {
      expect(await post({ name })).toEqual(
        invalid(
          `ConfigMap "${name}" is invalid: metadata.name: Invalid value: "${name}": ${subdomain}`,
        ),
      );
      expect(await post({ name }, '/api/v1/namespaces')).toEqual(
        invalid(
          `Namespace "${name}" is invalid: metadata.name: Invalid value: "${name}": ${label}`,
        ),
      );
    }
    const long = 'a'.repeat(254);
    expect(await post({ name: long })).toEqual(
      invalid(
        `ConfigMap "${long}" is invalid: metadata.name: Invalid value: "${long}": must be no more than 253 characters`,
      ),
    );
    const long64 = 'a'.repeat(64);
    expect(await post({ name: long64 }, '/api/v1/namespaces')).toEqual(
      invalid(
        `Namespace "${long64}" is invalid: metadata.name: Invalid value: "${long64}": must be no more than 63 characters`,
      ),
    );
    expect(await post({})).toEqual(
      invalid(
        'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      ),
    );
    const labels = (value: Json) => post({ name: 'a', labels: value });
    expect(await labels({ 'a b': 'c' })).toEqual(
      invalid(
        `ConfigMap "a" is invalid: metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      ),
    );
    expect(await labels({ d: '-e' })).toEqual(
      invalid(
        `ConfigMap "a" is invalid: metadata.labels: Invalid value: "-e": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ),
    );
    expect(await labels({ 'A_B/c': 'd' })).toEqual(
      invalid(
        `ConfigMap "a" is invalid: metadata.labels: Invalid value: "A_B/c": prefix part ${subdomain}`,
      ),
    );
    expect(await labels({ [long64]: 'b' })).toEqual(
      invalid(
        `ConfigMap "a" is invalid: metadata.labels: Invalid value: "${long64}": name part must be no more than 63 characters`,
      ),
    );
    expect(await labels({ b: long64 })).toEqual(
      invalid(
        `ConfigMap "a" is invalid: metadata.labels: Invalid value: "${long64}": must be no more than 63 characters`,
      ),
    );
  });

  suite.test('lists the causes of a refusal', async () => {
    const { body } = await ask('POST', await configMaps(), { metadata: {} });
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      reason: 'Invalid',
      details: {
        kind: 'ConfigMap',
        causes: [
          {
            reason: 'FieldValueRequired',
            message: 'Required value: name or generateName is required',
            field: 'metadata.name',
          },
        ],
      },
      code: 422,
    });
  });

  suite.test(
    'replaces an object, but only the version it was sent for',
    async () => {
      const path = await configMaps();
      const created = (
        await ask('POST', path, { metadata: { name: 'a' }, data: { one: '1' } })
      ).body;
      const replaced = await ask('PUT', `${path}/a`, {
        ...created,
        data: { two: '2' },
      });
      expect(replaced.status).toBe(200);
      expect(replaced.body.data).toEqual({ two: '2' });
      expect(replaced.body.metadata).toMatchObject({
        uid: created.metadata.uid,
        creationTimestamp: created.metadata.creationTimestamp,
      });
      expect(
        refusal(await ask('PUT', `${path}/a`, { ...created, data: {} })),
      ).toEqual({
        status: 409,
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      });
      const unconditional = await ask('PUT', `${path}/a`, {
        metadata: { name: 'a' },
        data: { three: '3' },
      });
      expect(unconditional.body.data).toEqual({ three: '3' });
    },
  );

  suite.test('refuses to replace something else', async () => {
    const path = await configMaps();
    await ask('POST', path, { metadata: { name: 'a' } });
    expect(
      refusal(await ask('PUT', `${path}/nope`, { metadata: { name: 'nope' } })),
    ).toEqual({
      status: 404,
      reason: 'NotFound',
      message: 'configmaps "nope" not found',
    });
    expect(
      refusal(await ask('PUT', `${path}/a`, { metadata: { name: 'b' } })),
    ).toEqual({
      status: 400,
      reason: 'BadRequest',
      message:
        'the name of the object (b) does not match the name on the URL (a)',
    });
    const { uid, namespace } = (await ask('GET', `${path}/a`)).body.metadata;
    const other = '00000000-0000-0000-0000-000000000000';
    expect(
      refusal(
        await ask('PUT', `${path}/a`, { metadata: { name: 'a', uid: other } }),
      ),
    ).toEqual({
      status: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/${namespace}/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${other}, UID in object meta: ${uid}`,
    });
  });

  suite.test(
    'keeps the version of an object that does not change',
    async () => {
      const path = await configMaps();
      const { body } = await ask('POST', path, {
        metadata: { name: 'a' },
        data: { one: '1' },
      });
      expect((await patch(`${path}/a`, { data: { one: '1' } })).body).toEqual(
        body,
      );
    },
  );

  suite.test('applies a merge patch', async () => {
    const path = await configMaps();
    const created = await ask('POST', path, {
      metadata: { name: 'a', labels: { one: '1', two: '2' } },
      data: { keep: 'kept', drop: 'dropped' },
    });
    const { status, body } = await patch(`${path}/a`, {
      metadata: { labels: { one: null, three: '3' } },
      data: { drop: null, add: 'added' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      metadata: { labels: { two: '2', three: '3' } },
      data: { keep: 'kept', add: 'added' },
    });
    expect(body.metadata.labels).not.toHaveProperty('one');
    expect(body.data).not.toHaveProperty('drop');
    expect(
      refusal(
        await patch(`${path}/a`, {
          metadata: { resourceVersion: created.body.metadata.resourceVersion },
          data: { late: 'yes' },
        }),
      ),
    ).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(refusal(await patch(`${path}/nope`, {}))).toMatchObject({
      status: 404,
      reason: 'NotFound',
    });
    expect((await patch(`${path}/a`, '{"metadata":')).status).toBe(500);
  });

  suite.test('refuses a patch of a type it does not know', async () => {
    const path = await configMaps();
    await ask('POST', path, { metadata: { name: 'a' } });
    expect((await ask('PATCH', `${path}/a`, {})).body).toMatchObject({
      code: 415,
      reason: 'UnsupportedMediaType',
    });
  });

  suite.test('writes spec and status through their own doors', async () => {
    const path = `/apis/apps/v1/namespaces/${await newNamespace(
      suite.cluster,
    )}/deployments`;
    const created = await ask('POST', path, {
      ...DEPLOYMENT,
      status: { replicas: 5 },
    });
    expect(created.body).toMatchObject({
      metadata: { generation: 1 },
      spec: { replicas: 1 },
      status: {},
    });
    expect(created.body.status).not.toHaveProperty('replicas');

    const scaled = await patch(`${path}/controller`, {
      spec: { replicas: 2 },
      status: { replicas: 2 },
    });
    expect(scaled.body).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 2 },
    });
    expect(scaled.body.status).not.toHaveProperty('replicas');

    const reported = await patch(`${path}/controller/status`, {
      spec: { replicas: 3 },
      status: { replicas: 2, readyReplicas: 1, observedGeneration: 2 },
    });
    expect(reported.status).toBe(200);
    expect(reported.body).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 2 },
      status: { replicas: 2, readyReplicas: 1, observedGeneration: 2 },
    });
    expect((await ask('GET', `${path}/controller/status`)).body).toEqual(
      reported.body,
    );
  });

  suite.test('deletes an object and says what it was', async () => {
    const path = await configMaps();
    const { body } = await ask('POST', path, { metadata: { name: 'a' } });
    expect(await ask('DELETE', `${path}/a`)).toEqual({
      status: 200,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name: 'a', kind: 'configmaps', uid: body.metadata.uid },
      },
    });
    expect(refusal(await ask('DELETE', `${path}/a`))).toEqual({
      status: 404,
      reason: 'NotFound',
      message: 'configmaps "a" not found',
    });
    const account = path.replace('configmaps', 'serviceaccounts');
    await ask('POST', account, { metadata: { name: 'a' } });
    expect((await ask('DELETE', `${account}/a`)).body).toMatchObject({
      kind: 'ServiceAccount',
      metadata: { name: 'a' },
    });
  });

  suite.test('deletes only the object that is meant', async () => {
    const path = await configMaps();
    const { uid } = (await ask('POST', path, { metadata: { name: 'a' } })).body
      .metadata;
    expect(
      refusal(
        await ask('DELETE', `${path}/a`, { preconditions: { uid: 'other' } }),
      ),
    ).toEqual({
      status: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    });
    expect(
      (await ask('DELETE', `${path}/a`, { preconditions: { uid } })).status,
    ).toBe(200);
  });

  suite.test(
    'keeps a deleted object until its last finalizer is gone',
    async () => {
      const path = await configMaps();
      await ask('POST', path, {
        metadata: { name: 'a', finalizers: ['test.kmetal.io/hold'] },
      });
      const deleted = await ask('DELETE', `${path}/a`);
      expect(deleted.body).toMatchObject({
        kind: 'ConfigMap',
        metadata: {
          deletionTimestamp: expect.stringMatching(/Z$/),
          deletionGracePeriodSeconds: 0,
          finalizers: ['test.kmetal.io/hold'],
        },
      });
      expect((await ask('DELETE', `${path}/a`)).body).toEqual(deleted.body);
      const changed = await patch(`${path}/a`, { data: { still: 'there' } });
      expect(changed.body.metadata.deletionTimestamp).toBe(
        deleted.body.metadata.deletionTimestamp,
      );
      const released = await patch(`${path}/a`, {
        metadata: { finalizers: null },
      });
      expect(released.status).toBe(200);
      expect((await ask('GET', `${path}/a`)).status).toBe(404);
    },
  );

  suite.test('encodes the plain text of a Secret', async () => {
    const path = (await configMaps()).replace('configmaps', 'secrets');
    const { body } = await ask('POST', path, {
      metadata: { name: 'a' },
      stringData: { word: 'open sesame' },
    });
    expect(body).toMatchObject({
      type: 'Opaque',
      data: { word: Buffer.from('open sesame').toString('base64') },
    });
    expect(body).not.toHaveProperty('stringData');
  });

  suite.test('marks a new node as not ready', async () => {
    const { body } = await ask('POST', '/api/v1/nodes', {
      metadata: { name: 'contract-node' },
    });
    expect(body.spec.taints).toEqual([
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    ]);
    await ask('DELETE', '/api/v1/nodes/contract-node');
  });

  suite.test('completes what attaches and drives volumes', async () => {
    const root = '/apis/storage.k8s.io/v1';
    const driver = await ask('POST', `${root}/csidrivers`, {
      metadata: { name: 'csi.test.kmetal.io' },
      spec: {},
    });
    expect(driver.body.spec).toEqual({
      attachRequired: true,
      podInfoOnMount: false,
      volumeLifecycleModes: ['Persistent'],
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
    });
    const attachment = await ask('POST', `${root}/volumeattachments`, {
      metadata: { name: 'contract-attachment' },
      spec: {
        attacher: 'csi.test.kmetal.io',
        nodeName: 'somewhere',
        source: { persistentVolumeName: 'some-volume' },
      },
    });
    expect(attachment.body.status).toEqual({ attached: false });
    const failed = await patch(
      `${root}/volumeattachments/contract-attachment/status`,
      { status: { attached: false, attachError: { message: 'no such disk' } } },
    );
    expect(failed.body.status.attachError.message).toBe('no such disk');
    const csiNode = await ask('POST', `${root}/csinodes`, {
      metadata: { name: 'contract-node' },
      spec: { drivers: [{ name: 'csi.test.kmetal.io', nodeID: 'somewhere' }] },
    });
    expect(csiNode.status).toBe(201);
    for (const one of [
      'csidrivers/csi.test.kmetal.io',
      'volumeattachments/contract-attachment',
      'csinodes/contract-node',
    ]) {
      const deleted = await ask('DELETE', `${root}/${one}`);
      expect(deleted.body.metadata.name).toBe(one.split('/')[1]);
    }
  });

  suite.test('completes a pod with all that a node needs', async () => {
    const { body } = await ask(
      'POST',
      `/api/v1/namespaces/${await newNamespace(suite.cluster)}/pods`,
      {
        metadata: { name: 'a' },
        spec: { containers: [{ name: 'main', image: 'registry.test/main:1' }] },
      },
    );
    expect(body).toMatchObject({
      spec: {
        restartPolicy: 'Always',
        preemptionPolicy: 'PreemptLowerPriority',
        tolerations: [{}, {}],
        containers: [{ imagePullPolicy: 'IfNotPresent' }],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  suite.test('refuses a pod without containers', async () => {
    const answer = await ask(
      'POST',
      `/api/v1/namespaces/${await newNamespace(suite.cluster)}/pods`,
      { metadata: { name: 'a' }, spec: {} },
    );
    expect(answer.status).toBe(422);
  });

  suite.test('records who set which field', async () => {
    const { body } = await ask('POST', await configMaps(), {
      metadata: { name: 'a' },
      data: { a: 'b' },
    });
    expect(body.metadata.managedFields).toHaveLength(1);
  });

  suite.test('takes a strategic merge patch of a built-in kind', async () => {
    const path = await configMaps();
    await ask('POST', path, { metadata: { name: 'a' } });
    const { body } = await suite.cluster.request(
      'PATCH',
      `${path}/a`,
      { data: { a: 'b' } },
      { contentType: 'application/strategic-merge-patch+json' },
    );
    expect(body.data).toEqual({ a: 'b' });
  });

  suite.test('deletes a collection', async () => {
    const path = await configMaps();
    await ask('POST', path, { metadata: { name: 'a' } });
    expect((await ask('DELETE', path)).status).toBe(200);
    expect((await ask('GET', path)).body.items).toEqual([]);
  });

  suite.test('drops fields that a built-in kind does not have', async () => {
    const { body } = await ask('POST', await configMaps(), {
      metadata: { name: 'a' },
      colour: 'red',
    });
    expect(body).not.toHaveProperty('colour');
  });

  suite.test('takes a body in YAML', async () => {
    const { status } = await suite.cluster.request(
      'POST',
      await configMaps(),
      'metadata: {name: a}',
      { contentType: 'application/yaml' },
    );
    expect(status).toBe(201);
  });
}
