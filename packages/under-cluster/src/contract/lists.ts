import { request } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { Json } from '../object';
import { newNamespace, refusal, Suite } from './suite';

/** Lists: pages, versions and selectors. */
export function lists(suite: Suite): void {
  const get = (path: string) => suite.cluster.request('GET', path);
  const post = (path: string, body: unknown) =>
    suite.cluster.request('POST', path, body);
  const names = (answer: { body: Json }): string[] =>
    answer.body.items.map((item: Json) => item.metadata.name).sort();

  async function fiveConfigMaps(): Promise<string> {
    const path = `/api/v1/namespaces/${await newNamespace(
      suite.cluster,
    )}/configmaps`;
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await post(path, {
        metadata: { name, labels: { name, early: `${name < 'c'}` } },
      });
    }
    return path;
  }

  suite.test('lists objects without their kind, under a version', async () => {
    const path = await fiveConfigMaps();
    const { body } = await get(path);
    expect(body).toMatchObject({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
    });
    expect(body.metadata).not.toHaveProperty('continue');
    expect(body.items).toHaveLength(5);
    expect(body.items[0]).not.toHaveProperty('kind');
    expect(body.items[0]).not.toHaveProperty('apiVersion');
  });

  suite.test('lists all namespaces or one', async () => {
    const path = await fiveConfigMaps();
    const other = await newNamespace(suite.cluster);
    await post(`/api/v1/namespaces/${other}/configmaps`, {
      metadata: { name: 'elsewhere' },
    });
    expect(names(await get(path))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(names(await get('/api/v1/configmaps'))).toEqual(
      expect.arrayContaining(['a', 'e', 'elsewhere']),
    );
    expect(
      (await get('/api/v1/namespaces/nope/configmaps')).body,
    ).toMatchObject({ items: [] });
  });

  suite.test('pages through a list as it was at the first page', async () => {
    const path = await fiveConfigMaps();
    const first = await get(`${path}?limit=2`);
    expect(names(first)).toEqual(['a', 'b']);
    expect(first.body.metadata.remainingItemCount).toBe(3);
    await post(path, { metadata: { name: 'bb' } });
    await suite.cluster.request('DELETE', `${path}/c`);

    const second = await get(
      `${path}?limit=2&continue=${first.body.metadata.continue}`,
    );
    expect(names(second)).toEqual(['c', 'd']);
    expect(second.body.metadata).toMatchObject({
      resourceVersion: first.body.metadata.resourceVersion,
      remainingItemCount: 1,
    });
    const third = await get(
      `${path}?limit=2&continue=${second.body.metadata.continue}`,
    );
    expect(names(third)).toEqual(['e']);
    expect(third.body.metadata).not.toHaveProperty('continue');
    expect(third.body.metadata).not.toHaveProperty('remainingItemCount');
  });

  suite.test('pages through all namespaces', async () => {
    await fiveConfigMaps();
    const all = (await get('/api/v1/configmaps')).body.items.length;
    let seen = 0;
    let token = '';
    do {
      const { body } = await get(
        `/api/v1/configmaps?limit=3&continue=${token}`,
      );
      seen += body.items.length;
      token = body.metadata.continue ?? '';
    } while (token);
    expect(seen).toBe(all);
  });

  suite.test('does not count what remains of a selection', async () => {
    const path = await fiveConfigMaps();
    const first = await get(`${path}?limit=1&labelSelector=early=true`);
    expect(names(first)).toEqual(['a']);
    expect(first.body.metadata.continue).toBeTruthy();
    expect(first.body.metadata).not.toHaveProperty('remainingItemCount');
    const second = await get(
      `${path}?limit=1&labelSelector=early=true&continue=${first.body.metadata.continue}`,
    );
    expect(names(second)).toEqual(['b']);
  });

  suite.test('lists at exactly the version asked for', async () => {
    const path = await fiveConfigMaps();
    const before = (await get(path)).body.metadata.resourceVersion;
    await suite.cluster.request('DELETE', `${path}/a`);
    const exact = await get(
      `${path}?resourceVersion=${before}&resourceVersionMatch=Exact`,
    );
    expect(names(exact)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(exact.body.metadata.resourceVersion).toBe(before);
    const legacy = await get(`${path}?resourceVersion=${before}&limit=2`);
    expect(legacy.body.metadata.resourceVersion).toBe(before);
  });

  suite.test('lists at least the version asked for', async () => {
    const path = await fiveConfigMaps();
    const { resourceVersion } = (
      await suite.cluster.request(
        'PATCH',
        `${path}/a`,
        { data: { a: 'b' } },
        {
          contentType: 'application/merge-patch+json',
        },
      )
    ).body.metadata;
    for (const query of [
      `resourceVersion=${resourceVersion}`,
      `resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`,
    ]) {
      const { body } = await get(`${path}?${query}`);
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(
        Number(resourceVersion),
      );
      expect(body.items).toHaveLength(5);
    }
    expect(names(await get(`${path}?resourceVersion=0`))).toHaveLength(5);
  });

  suite.test('waits for a version to come, then gives up', async () => {
    const path = await fiveConfigMaps();
    const answer = await get(`${path}?resourceVersion=99999999`);
    expect(answer.body).toMatchObject({
      code: 504,
      reason: 'Timeout',
      message: expect.stringMatching(
        /^Timeout: Too large resource version: 99999999, current: \d+$/,
      ),
      details: {
        causes: [
          {
            reason: 'ResourceVersionTooLarge',
            message: 'Too large resource version',
          },
        ],
        retryAfterSeconds: 1,
      },
    });
  });

  suite.test('refuses versions that make no sense', async () => {
    const path = await fiveConfigMaps();
    const ask = async (query: string) => refusal(await get(`${path}?${query}`));
    expect(await ask('resourceVersion=abc')).toEqual({
      status: 500,
      reason: undefined,
      message:
        'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    });
    const options = (why: string) => ({
      status: 422,
      reason: 'Invalid',
      message: `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${why}`,
    });
    expect(await ask('resourceVersionMatch=Exact')).toEqual(
      options(
        'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      ),
    );
    expect(await ask('resourceVersion=5&resourceVersionMatch=Foo')).toEqual(
      options(
        'Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
      ),
    );
    expect(await ask('resourceVersion=0&resourceVersionMatch=Exact')).toEqual(
      options(
        'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      ),
    );
    expect(
      await ask('resourceVersion=99999999&resourceVersionMatch=Exact'),
    ).toMatchObject({ status: 500 });
    expect(await ask('limit=x')).toEqual({
      status: 400,
      reason: 'BadRequest',
      message: 'strconv.ParseInt: parsing "x": invalid syntax',
    });
    expect(await ask('continue=abc')).toEqual({
      status: 400,
      reason: 'BadRequest',
      message: expect.stringMatching(
        /^invalid continue token: continue key is not valid: /,
      ),
    });
    const { body } = await get(`${path}?limit=1`);
    expect(
      await ask(`continue=${body.metadata.continue}&resourceVersion=5`),
    ).toMatchObject({ status: 400, reason: 'BadRequest' });
  });

  suite.test('compresses a long list for those who take gzip', async () => {
    const path = `/api/v1/namespaces/${await newNamespace(
      suite.cluster,
    )}/configmaps`;
    await post(path, {
      metadata: { name: 'long' },
      data: { text: 'all work and no play '.repeat(10_000) },
    });
    const ask = (headers: Record<string, string>) =>
      new Promise<{ encoding?: string; body: Buffer }>((resolve, reject) => {
        request(
          `${suite.cluster.url}${path}`,
          {
            ca: suite.cluster.ca,
            agent: false,
            headers: {
              authorization: `Bearer ${suite.cluster.adminToken}`,
              ...headers,
            },
          },
          async answer => {
            const chunks: Buffer[] = [];
            for await (const chunk of answer) {
              chunks.push(chunk);
            }
            resolve({
              encoding: answer.headers['content-encoding'],
              body: Buffer.concat(chunks),
            });
          },
        )
          .on('error', reject)
          .end();
      });
    const plain = await ask({});
    expect(plain.encoding).toBeUndefined();
    const packed = await ask({ 'accept-encoding': 'gzip' });
    expect(packed.encoding).toBe('gzip');
    expect(packed.body.length).toBeLessThan(plain.body.length / 10);
    expect(JSON.parse(gunzipSync(packed.body).toString('utf8'))).toEqual(
      JSON.parse(plain.body.toString('utf8')),
    );
  });

  suite.test('selects by label with every operator', async () => {
    const path = `/api/v1/namespaces/${await newNamespace(
      suite.cluster,
    )}/configmaps`;
    const labels: Record<string, Json> = {
      red3: { colour: 'red', size: '3' },
      blue5: { colour: 'blue', size: '5' },
      green: { colour: 'green' },
      empty: { colour: '' },
      none: {},
    };
    for (const [name, of] of Object.entries(labels)) {
      await post(path, { metadata: { name, labels: of } });
    }
    const selected = async (selector: string) =>
      names(await get(`${path}?labelSelector=${encodeURIComponent(selector)}`));
    expect(await selected('colour=red')).toEqual(['red3']);
    expect(await selected('colour==red')).toEqual(['red3']);
    expect(await selected('colour!=red')).toEqual([
      'blue5',
      'empty',
      'green',
      'none',
    ]);
    expect(await selected('colour in (red, blue)')).toEqual(['blue5', 'red3']);
    expect(await selected('colour notin (red,blue)')).toEqual([
      'empty',
      'green',
      'none',
    ]);
    expect(await selected('size')).toEqual(['blue5', 'red3']);
    expect(await selected('!size')).toEqual(['empty', 'green', 'none']);
    expect(await selected('colour=')).toEqual(['empty']);
    expect(await selected('size>3')).toEqual(['blue5']);
    expect(await selected('size<5')).toEqual(['red3']);
    expect(await selected('colour,colour!=green,!nope')).toEqual([
      'blue5',
      'empty',
      'red3',
    ]);
    expect(await selected('')).toHaveLength(5);
    expect(refusal(await get(`${path}?labelSelector=a%20b%20c`))).toEqual({
      status: 400,
      reason: 'BadRequest',
      message:
        "unable to parse requirement: found 'b', expected: '=', '!=', '==', 'in', notin'",
    });
    for (const broken of ['a in b', 'a in (b', '=a', 'a>b']) {
      expect(
        (await get(`${path}?labelSelector=${encodeURIComponent(broken)}`))
          .status,
      ).toBe(400);
    }
  });

  suite.test('selects by name and namespace', async () => {
    const path = await fiveConfigMaps();
    const namespace = path.split('/')[4];
    expect(names(await get(`${path}?fieldSelector=metadata.name=b`))).toEqual([
      'b',
    ]);
    expect(names(await get(`${path}?fieldSelector=metadata.name!=b`))).toEqual([
      'a',
      'c',
      'd',
      'e',
    ]);
    expect(
      names(
        await get(
          `/api/v1/configmaps?fieldSelector=metadata.namespace=${namespace}`,
        ),
      ),
    ).toHaveLength(5);
    expect(refusal(await get(`${path}?fieldSelector=data.a=1`))).toEqual({
      status: 400,
      reason: 'BadRequest',
      message:
        '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    });
    expect(refusal(await get(`${path}?fieldSelector=name`))).toEqual({
      status: 400,
      reason: 'BadRequest',
      message: "invalid selector: 'name'; can't understand 'name'",
    });
  });

  suite.test('selects kinds by fields of their own', async () => {
    const secrets = `/api/v1/namespaces/${await newNamespace(
      suite.cluster,
    )}/secrets`;
    await post(secrets, { metadata: { name: 'plain' } });
    await post(secrets, { metadata: { name: 'typed' }, type: 'test/typed' });
    expect(
      names(await get(`${secrets}?fieldSelector=type=test/typed`)),
    ).toEqual(['typed']);
    expect(
      names(await get('/api/v1/namespaces?fieldSelector=status.phase=Active')),
    ).toContain('default');
    for (const path of ['nodes', 'namespaces', 'pods', 'events', 'secrets']) {
      expect(
        refusal(await get(`/api/v1/${path}?fieldSelector=spec.a=1`)).message,
      ).toBe('field label not supported: spec.a');
    }
  });

  suite.test('selects events by what they are about', async () => {
    const namespace = await newNamespace(suite.cluster);
    const path = `/api/v1/namespaces/${namespace}/events`;
    const events: [string, string, string, string, string][] = [
      ['one', 'PersistentVolumeClaim', 'a', 'Warning', 'ProvisioningFailed'],
      ['two', 'PersistentVolumeClaim', 'b', 'Normal', 'Provisioning'],
      ['three', 'Pod', 'a', 'Warning', 'FailedScheduling'],
    ];
    for (const [name, kind, of, type, reason] of events) {
      const answer = await post(path, {
        metadata: { name },
        involvedObject: { kind, name: of, namespace, uid: `uid-of-${of}` },
        type,
        reason,
        message: 'so it is',
        lastTimestamp: '2026-01-01T00:00:00Z',
      });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({
        involvedObject: { kind, name: of },
        lastTimestamp: '2026-01-01T00:00:00Z',
        firstTimestamp: null,
      });
    }
    const selected = async (selector: string) =>
      names(await get(`${path}?fieldSelector=${encodeURIComponent(selector)}`));
    expect(await selected('involvedObject.kind=PersistentVolumeClaim')).toEqual(
      ['one', 'two'],
    );
    expect(
      await selected('involvedObject.kind=PersistentVolumeClaim,type!=Normal'),
    ).toEqual(['one']);
    expect(await selected('involvedObject.name=a')).toEqual(['one', 'three']);
    expect(await selected('involvedObject.uid=uid-of-b')).toEqual(['two']);
    expect(
      await selected(`involvedObject.namespace=${namespace}`),
    ).toHaveLength(3);
    expect(await selected('reason=FailedScheduling')).toEqual(['three']);
    expect(
      refusal(
        await post(path, {
          metadata: { name: 'astray' },
          involvedObject: { kind: 'Pod', name: 'a', namespace: 'other' },
        }),
      ),
    ).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'Event "astray" is invalid: involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    });
  });
}
