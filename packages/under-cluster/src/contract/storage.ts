import { eventually } from '../eventually';
import { Json } from '../object';
import { claim, MERGE_PATCH, newNamespace, refusal, Suite } from './suite';

const CLASSES = '/apis/storage.k8s.io/v1/storageclasses';
const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

/** Claims, volumes, classes and the quotas that bind them. */
export function storage(suite: Suite): void {
  const ask = (method: string, path: string, body?: unknown) =>
    suite.cluster.request(method, path, body);
  const patch = (path: string, body: unknown) =>
    suite.cluster.request('PATCH', path, body, MERGE_PATCH);
  const claimsOf = (namespace: string) =>
    `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const quotasOf = (namespace: string) =>
    `/api/v1/namespaces/${namespace}/resourcequotas`;

  /** Makes a quota and waits until the controller has seen it. */
  async function quota(
    namespace: string,
    hard: Record<string, string>,
    name = 'alpha-storage',
  ): Promise<string> {
    const path = `${quotasOf(namespace)}/${name}`;
    const made = await ask('POST', quotasOf(namespace), {
      metadata: { name },
      spec: { hard },
    });
    expect(made.status).toBe(201);
    await eventually(
      () => ask('GET', path),
      ({ body }) => body.status.used !== undefined,
    );
    return path;
  }

  const used = async (path: string) =>
    (await ask('GET', path)).body.status.used;

  suite.test('completes a claim', async () => {
    const path = claimsOf(await newNamespace(suite.cluster));
    const { status, body } = await ask('POST', path, {
      ...claim('a', '1.5Gi'),
      status: { phase: 'Bound' },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1536Mi' } },
        storageClassName: 'tenant-storage-class',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Pending' },
    });
    expect(body.metadata).not.toHaveProperty('generation');
  });

  suite.test('prints quantities in their canonical form', async () => {
    const path = claimsOf(await newNamespace(suite.cluster));
    const printed: Record<string, string> = {
      '10Gi': '10Gi',
      '1024Mi': '1Gi',
      '.5Gi': '512Mi',
      '1000': '1k',
      '1e3': '1e3',
      '2e10': '20e9',
      '1E': '1E',
      '50G': '50G',
      '1500M': '1500M',
      '0.5G': '500M',
      '1023': '1023',
      '1023Ki': '1023Ki',
      '10.3Gi': '11059540787200m',
      '100m': '100m',
      '9223372036854775808': '9223372036854775808',
    };
    for (const [written, expected] of Object.entries(printed)) {
      const { body } = await ask('POST', path, {
        ...claim('', written),
        metadata: { generateName: 'size-' },
      });
      expect([written, body.spec.resources.requests.storage]).toEqual([
        written,
        expected,
      ]);
    }
  });

  suite.test('refuses malformed claims', async () => {
    const path = claimsOf(await newNamespace(suite.cluster));
    const post = async (body: Json) => refusal(await ask('POST', path, body));
    const invalid = (what: string) => ({
      status: 422,
      reason: 'Invalid',
      message: `PersistentVolumeClaim "a" is invalid: ${what}`,
    });
    for (const size of ['5gi', 'NaN', '5GI', '1e3.5', '5 Gi', '']) {
      const answer = await post(claim('a', size));
      expect([size, answer]).toEqual([
        size,
        {
          status: 400,
          reason: 'BadRequest',
          message: expect.stringMatching(
            /^PersistentVolumeClaim in version "v1" cannot be handled as a PersistentVolumeClaim: .*quantities must match the regular expression '\^\(\[\+-\]\?\[0-9\.\]\+\)\(\[eEinumkKMGTP\]\*\[-\+\]\?\[0-9\]\*\)\$'/,
          ),
        },
      ]);
    }
    expect(await post(claim('a', '-5Gi'))).toEqual(
      invalid(
        'spec.resources[storage]: Invalid value: "-5Gi": must be greater than zero',
      ),
    );
    expect(await post(claim('a', '0'))).toEqual(
      invalid(
        'spec.resources[storage]: Invalid value: "0": must be greater than zero',
      ),
    );
    expect(await post({ metadata: { name: 'a' }, spec: {} })).toEqual(
      invalid(
        '[spec.accessModes: Required value: at least 1 access mode is required, spec.resources[storage]: Required value]',
      ),
    );
    const strange = claim('a', '1Gi');
    strange.spec.accessModes = ['ReadWhenever'];
    expect(await post(strange)).toEqual(
      invalid(
        'spec.accessModes: Unsupported value: "ReadWhenever": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce"',
      ),
    );
  });

  suite.test('lets a bound claim grow if its class allows it', async () => {
    const path = claimsOf(await newNamespace(suite.cluster));
    for (const [name, allowVolumeExpansion] of [
      ['grows', true],
      ['stays', false],
    ]) {
      await ask('POST', CLASSES, {
        metadata: { name },
        provisioner: 'test.kmetal.io/none',
        allowVolumeExpansion,
      });
    }
    const resize = (name: string, size: string) =>
      patch(`${path}/${name}`, {
        spec: { resources: { requests: { storage: size } } },
      });
    const bind = (name: string) =>
      patch(`${path}/${name}/status`, {
        status: { phase: 'Bound', capacity: { storage: '1Gi' } },
      });
    await ask('POST', path, claim('a', '1Gi', 'grows'));
    expect(refusal(await resize('a', '2Gi'))).toEqual({
      status: 422,
      reason: 'Invalid',
      message: expect.stringContaining(
        'PersistentVolumeClaim "a" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests for bound claims',
      ),
    });
    expect((await bind('a')).body.status).toEqual({
      phase: 'Bound',
      capacity: { storage: '1Gi' },
    });
    const grown = await resize('a', '2Gi');
    expect(grown.status).toBe(200);
    expect(grown.body.spec.resources.requests.storage).toBe('2Gi');
    expect(grown.body.status.capacity.storage).toBe('1Gi');
    expect(refusal(await resize('a', '1Gi'))).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'PersistentVolumeClaim "a" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than previous value',
    });

    await ask('POST', path, claim('b', '1Gi', 'stays'));
    await bind('b');
    expect(refusal(await resize('b', '2Gi'))).toEqual({
      status: 403,
      reason: 'Forbidden',
      message:
        'persistentvolumeclaims "b" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    });
    expect(
      refusal(
        await patch(`${path}/a`, { spec: { accessModes: ['ReadWriteMany'] } }),
      ),
    ).toMatchObject({ status: 422, reason: 'Invalid' });
  });

  suite.test(
    'keeps a claim that a pod uses until the pod is gone',
    async () => {
      const namespace = await newNamespace(suite.cluster);
      const path = claimsOf(namespace);
      const pods = `/api/v1/namespaces/${namespace}/pods`;
      await ask('POST', path, claim('used', '1Gi'));
      await ask('POST', path, claim('idle', '1Gi'));
      const pod = await ask('POST', pods, {
        metadata: { name: 'user' },
        spec: {
          nodeName: 'somewhere',
          containers: [{ name: 'main', image: 'registry.test/main:1' }],
          volumes: [
            { name: 'data', persistentVolumeClaim: { claimName: 'used' } },
          ],
        },
      });
      expect(pod.body).toMatchObject({ status: { phase: 'Pending' } });
      const deleted = await ask('DELETE', `${path}/used`);
      expect(deleted.body).toMatchObject({
        kind: 'PersistentVolumeClaim',
        metadata: { deletionTimestamp: expect.stringMatching(/Z$/) },
      });
      await ask('DELETE', `${path}/idle`);
      await eventually(
        () => ask('GET', `${path}/idle`),
        ({ status }) => status === 404,
      );
      expect((await ask('GET', `${path}/used`)).status).toBe(200);
      await ask('DELETE', `${pods}/user`, { gracePeriodSeconds: 0 });
      await eventually(
        () => ask('GET', `${path}/used`),
        ({ status }) => status === 404,
      );
    },
  );

  suite.test('completes a volume and keeps it while it is bound', async () => {
    const path = '/api/v1/persistentvolumes';
    const { body } = await ask('POST', path, {
      metadata: { name: 'contract-volume' },
      spec: {
        capacity: { storage: '1024Mi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/data' },
      },
    });
    expect(body).toMatchObject({
      metadata: { finalizers: ['kubernetes.io/pv-protection'] },
      spec: {
        capacity: { storage: '1Gi' },
        persistentVolumeReclaimPolicy: 'Retain',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Pending' },
    });
    const one = `${path}/contract-volume`;
    await patch(`${one}/status`, { status: { phase: 'Bound' } });
    await ask('DELETE', one);
    expect((await ask('GET', one)).body.metadata).toHaveProperty(
      'deletionTimestamp',
    );
    await patch(`${one}/status`, { status: { phase: 'Released' } });
    await eventually(
      () => ask('GET', one),
      ({ status }) => status === 404,
    );
    expect(
      refusal(
        await ask('POST', path, { metadata: { name: 'nothing' }, spec: {} }),
      ),
    ).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'PersistentVolume "nothing" is invalid: [spec.accessModes: Required value, spec.capacity: Required value, spec.capacity: Unsupported value: core.ResourceList(nil): supported values: "storage", spec: Required value: must specify a volume type]',
    });
  });

  suite.test('keeps the nature of a storage class', async () => {
    const made = await ask('POST', CLASSES, {
      metadata: { name: 'fixed' },
      provisioner: 'test.kmetal.io/none',
    });
    expect(made.body).toMatchObject({
      provisioner: 'test.kmetal.io/none',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    });
    const change = async (body: Json) =>
      refusal(await patch(`${CLASSES}/fixed`, body));
    const forbidden = (field: string) => ({
      status: 422,
      reason: 'Invalid',
      message: `StorageClass.storage.k8s.io "fixed" is invalid: ${field}: Forbidden: updates to ${field} are forbidden.`,
    });
    expect(await change({ provisioner: 'other' })).toEqual(
      forbidden('provisioner'),
    );
    expect(await change({ parameters: { a: 'b' } })).toEqual(
      forbidden('parameters'),
    );
    expect(await change({ reclaimPolicy: 'Retain' })).toEqual(
      forbidden('reclaimPolicy'),
    );
    expect(await change({ volumeBindingMode: 'WaitForFirstConsumer' })).toEqual(
      {
        status: 422,
        reason: 'Invalid',
        message:
          'StorageClass.storage.k8s.io "fixed" is invalid: volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
      },
    );
    expect(
      (await patch(`${CLASSES}/fixed`, { allowVolumeExpansion: true })).status,
    ).toBe(200);
  });

  suite.test('gives a claim without a class the default one', async () => {
    const path = claimsOf(await newNamespace(suite.cluster));
    const { storageClassName, ...spec } = claim('', '1Gi').spec;
    const make = async (name: string) =>
      (await ask('POST', path, { metadata: { name }, spec })).body.spec;
    expect(await make('before')).not.toHaveProperty('storageClassName');
    await ask('POST', CLASSES, {
      metadata: {
        name: 'by-default',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'test.kmetal.io/none',
    });
    await eventually(
      () => make(`claim-${Math.random().toString(36).slice(2)}`),
      made => made.storageClassName === 'by-default',
    );
    await ask('DELETE', `${CLASSES}/by-default`);
  });

  suite.test('fills in a quota what is used', async () => {
    const namespace = await newNamespace(suite.cluster);
    await ask('POST', claimsOf(namespace), claim('a', '1.5Gi'));
    const made = await ask('POST', quotasOf(namespace), {
      metadata: { name: 'q' },
      spec: {
        hard: {
          [KEY]: '10240Mi',
          'tenant-storage-class.storageclass.storage.k8s.io/persistentvolumeclaims':
            '5',
          'other.storageclass.storage.k8s.io/requests.storage': '1Gi',
          'requests.storage': '20e9',
          persistentvolumeclaims: '3',
          'count/persistentvolumeclaims': '3',
          'count/configmaps': '7',
        },
      },
    });
    expect(made.body.spec.hard[KEY]).toBe('10Gi');
    expect(made.body.status).toEqual({});
    const { body } = await eventually(
      () => ask('GET', `${quotasOf(namespace)}/q`),
      answer => answer.body.status.used !== undefined,
    );
    expect(body.status).toEqual({
      hard: body.spec.hard,
      used: {
        [KEY]: '1536Mi',
        'tenant-storage-class.storageclass.storage.k8s.io/persistentvolumeclaims':
          '1',
        'other.storageclass.storage.k8s.io/requests.storage': '0',
        'requests.storage': '1536Mi',
        persistentvolumeclaims: '1',
        'count/persistentvolumeclaims': '1',
        'count/configmaps': '0',
      },
    });
  });

  suite.test('refuses a claim that exceeds a quota', async () => {
    const namespace = await newNamespace(suite.cluster);
    const path = claimsOf(namespace);
    const quotaPath = await quota(namespace, { [KEY]: '10Gi' });
    expect((await ask('POST', path, claim('a', '8Gi'))).status).toBe(201);
    // At admission already, not when the controller comes round.
    expect(await used(quotaPath)).toEqual({ [KEY]: '8Gi' });

    const refused = await ask('POST', path, claim('b', '5Gi'));
    expect(refused).toEqual({
      status: 403,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `persistentvolumeclaims "b" is forbidden: exceeded quota: alpha-storage, requested: ${KEY}=5Gi, used: ${KEY}=8Gi, limited: ${KEY}=10Gi`,
        reason: 'Forbidden',
        details: { name: 'b', kind: 'persistentvolumeclaims' },
        code: 403,
      },
    });
    expect(await used(quotaPath)).toEqual({ [KEY]: '8Gi' });
    expect(
      (await ask('POST', path, claim('other', '50Gi', 'other'))).status,
    ).toBe(201);
    expect((await ask('POST', path, claim('fits', '2Gi'))).status).toBe(201);
    expect(await used(quotaPath)).toEqual({ [KEY]: '10Gi' });
    expect(refusal(await ask('POST', path, claim('c', '1')))).toMatchObject({
      status: 403,
      message: `persistentvolumeclaims "c" is forbidden: exceeded quota: alpha-storage, requested: ${KEY}=1, used: ${KEY}=10Gi, limited: ${KEY}=10Gi`,
    });
  });

  suite.test('charges fractions of a byte as whole ones', async () => {
    const namespace = await newNamespace(suite.cluster);
    await quota(namespace, { [KEY]: '10Gi' });
    expect(
      refusal(await ask('POST', claimsOf(namespace), claim('a', '10.3Gi'))),
    ).toMatchObject({
      status: 403,
      message: `persistentvolumeclaims "a" is forbidden: exceeded quota: alpha-storage, requested: ${KEY}=11059540788, used: ${KEY}=0, limited: ${KEY}=10Gi`,
    });
  });

  suite.test('names every key that is exceeded', async () => {
    const namespace = await newNamespace(suite.cluster);
    const path = claimsOf(namespace);
    await quota(namespace, {
      [KEY]: '10Gi',
      'requests.storage': '1Ti',
      persistentvolumeclaims: '5',
      'count/persistentvolumeclaims': '1',
    });
    await ask('POST', path, claim('a', '9728Mi'));
    expect(refusal(await ask('POST', path, claim('b', '11Gi'))).message).toBe(
      `persistentvolumeclaims "b" is forbidden: exceeded quota: alpha-storage, requested: count/persistentvolumeclaims=1,${KEY}=11Gi, used: count/persistentvolumeclaims=1,${KEY}=9728Mi, limited: count/persistentvolumeclaims=1,${KEY}=10Gi`,
    );
  });

  suite.test('asks every quota of the namespace', async () => {
    const namespace = await newNamespace(suite.cluster);
    const path = claimsOf(namespace);
    await quota(namespace, { [KEY]: '10Gi' }, 'wide');
    await quota(namespace, { persistentvolumeclaims: '1' }, 'narrow');
    expect((await ask('POST', path, claim('a', '1Gi'))).status).toBe(201);
    expect(refusal(await ask('POST', path, claim('b', '1Gi'))).message).toBe(
      'persistentvolumeclaims "b" is forbidden: exceeded quota: narrow, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=1, limited: persistentvolumeclaims=1',
    );
  });

  suite.test('charges what a claim grows by', async () => {
    const namespace = await newNamespace(suite.cluster);
    const path = claimsOf(namespace);
    await ask('POST', CLASSES, {
      metadata: { name: 'tenant-storage-class' },
      provisioner: 'test.kmetal.io/none',
      allowVolumeExpansion: true,
    });
    const quotaPath = await quota(namespace, { [KEY]: '10Gi' });
    await ask('POST', path, claim('a', '5Gi'));
    await patch(`${path}/a/status`, {
      status: { phase: 'Bound', capacity: { storage: '5Gi' } },
    });
    const resize = (size: string) =>
      patch(`${path}/a`, {
        spec: { resources: { requests: { storage: size } } },
      });
    expect(refusal(await resize('11Gi')).message).toBe(
      `persistentvolumeclaims "a" is forbidden: exceeded quota: alpha-storage, requested: ${KEY}=6Gi, used: ${KEY}=5Gi, limited: ${KEY}=10Gi`,
    );
    expect((await resize('7Gi')).status).toBe(200);
    expect(await used(quotaPath)).toEqual({ [KEY]: '7Gi' });
    await ask('DELETE', `${CLASSES}/tenant-storage-class`);
  });

  suite.test('gives back what a deleted claim was charged', async () => {
    const namespace = await newNamespace(suite.cluster);
    const path = claimsOf(namespace);
    const quotaPath = await quota(namespace, { [KEY]: '10Gi' });
    await ask('POST', path, claim('a', '6Gi'));
    await ask('POST', path, claim('b', '2Gi'));
    await ask('DELETE', `${path}/a`);
    await eventually(
      () => used(quotaPath),
      now => now[KEY] === '2Gi',
    );
    expect((await ask('POST', path, claim('c', '8Gi'))).status).toBe(201);
  });

  suite.test('takes a limit below what is used, and then refuses', async () => {
    const namespace = await newNamespace(suite.cluster);
    const path = claimsOf(namespace);
    const quotaPath = await quota(namespace, { [KEY]: '10Gi' });
    await ask('POST', path, claim('a', '6Gi'));
    expect(
      (await patch(quotaPath, { spec: { hard: { [KEY]: '1Gi' } } })).status,
    ).toBe(200);
    const { body } = await eventually(
      () => ask('GET', quotaPath),
      answer => answer.body.status.hard[KEY] === '1Gi',
    );
    expect(body.status.used).toEqual({ [KEY]: '6Gi' });
    expect(refusal(await ask('POST', path, claim('b', '1Mi'))).message).toBe(
      `persistentvolumeclaims "b" is forbidden: exceeded quota: alpha-storage, requested: ${KEY}=1Mi, used: ${KEY}=6Gi, limited: ${KEY}=1Gi`,
    );
  });

  suite.test('refuses malformed quotas', async () => {
    const path = quotasOf(await newNamespace(suite.cluster));
    const post = async (hard: Json) =>
      refusal(
        await ask('POST', path, { metadata: { name: 'q' }, spec: { hard } }),
      );
    const integer = await post({ [KEY]: '10.3Gi' });
    expect(integer).toEqual({
      status: 422,
      reason: 'Invalid',
      message: expect.stringMatching(
        /^ResourceQuota "q" is invalid: spec\.hard\[tenant-storage-class\.storageclass\.storage\.k8s\.io\/requests\.storage\]: Invalid value: .*: must be an integer$/,
      ),
    });
    expect(
      await post({ 'count/persistentvolumeclaims': '100m' }),
    ).toMatchObject({
      status: 422,
      message: expect.stringContaining('must be an integer'),
    });
    expect(await post({ 'requests.storage': '-5' })).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'ResourceQuota "q" is invalid: spec.hard[requests.storage]: Invalid value: "-5": must be greater than or equal to 0',
    });
    expect(await post({ nonsense: '1' })).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'ResourceQuota "q" is invalid: [spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource type or fully qualified, spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource for quota]',
    });
    expect(await post({ [KEY]: '5gi' })).toMatchObject({
      status: 400,
      reason: 'BadRequest',
      message: expect.stringContaining(
        'quantities must match the regular expression',
      ),
    });
  });

  suite.test('charges a quota for CPU', async () => {
    const namespace = await newNamespace(suite.cluster);
    const path = await quota(namespace, { 'requests.cpu': '1' });
    const pod = await ask('POST', `/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name: 'a' },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'registry.test/main:1',
            resources: { requests: { cpu: '2' } },
          },
        ],
      },
    });
    expect(pod.status).toBe(403);
    expect(await used(path)).toEqual({ 'requests.cpu': '0' });
  });

  suite.test('deletes a namespace with what is in it', async () => {
    const namespace = await newNamespace(suite.cluster);
    const one = `/api/v1/namespaces/${namespace}`;
    await ask('POST', `${one}/configmaps`, { metadata: { name: 'a' } });
    await ask('POST', claimsOf(namespace), claim('a', '1Gi'));
    await quota(namespace, { [KEY]: '10Gi' });
    const deleted = await ask('DELETE', one);
    expect(deleted.status).toBe(200);
    expect(deleted.body).toMatchObject({
      kind: 'Namespace',
      metadata: { deletionTimestamp: expect.stringMatching(/Z$/) },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Terminating' },
    });
    expect(deleted.body.metadata).not.toHaveProperty(
      'deletionGracePeriodSeconds',
    );
    await eventually(
      () => ask('GET', one),
      ({ status }) => status === 404,
    );
    for (const what of ['configmaps', 'persistentvolumeclaims']) {
      expect((await ask('GET', `${one}/${what}`)).body.items).toEqual([]);
    }
  });

  suite.test('takes nothing new into a namespace that is going', async () => {
    const namespace = await newNamespace(suite.cluster);
    const one = `/api/v1/namespaces/${namespace}`;
    await ask('POST', `${one}/configmaps`, {
      metadata: { name: 'held', finalizers: ['test.kmetal.io/hold'] },
    });
    await ask('DELETE', one);
    expect(
      (await ask('POST', `${one}/configmaps`, { metadata: { name: 'late' } }))
        .body,
    ).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `configmaps "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
      details: {
        name: 'late',
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      },
    });
    await patch(`${one}/configmaps/held`, { metadata: { finalizers: null } });
    await eventually(
      () => ask('GET', one),
      ({ status }) => status === 404,
    );
  });
}
