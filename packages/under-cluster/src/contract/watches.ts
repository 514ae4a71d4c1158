import { Json } from '../object';
import { MERGE_PATCH, newNamespace, refusal, Suite } from './suite';
import { openWatch } from './watchStream';

/** Watches: what comes, in which order, and how they end. */
export function watches(suite: Suite): void {
  const ask = (method: string, path: string, body?: unknown) =>
    suite.cluster.request(method, path, body);
  const patch = (path: string, body: unknown) =>
    suite.cluster.request('PATCH', path, body, MERGE_PATCH);
  const configMaps = async () =>
    `/api/v1/namespaces/${await newNamespace(suite.cluster)}/configmaps`;
  const brief = (event: Json) => [event?.type, event?.object.metadata.name];

  suite.test('tells what happens after a version, in order', async () => {
    const path = await configMaps();
    const { body } = await ask('GET', path);
    const from = body.metadata.resourceVersion;
    const created = await ask('POST', path, { metadata: { name: 'a' } });
    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&resourceVersion=${from}`,
    );
    expect(watch.status).toBe(200);
    const changed = await patch(`${path}/a`, { data: { a: 'b' } });
    await ask('DELETE', `${path}/a`);
    await ask('POST', path, { metadata: { name: 'a' } });

    const [added, modified, deleted, again] = [
      await watch.next(),
      await watch.next(),
      await watch.next(),
      await watch.next(),
    ];
    expect(added).toEqual({ type: 'ADDED', object: created.body });
    expect(modified).toEqual({ type: 'MODIFIED', object: changed.body });
    expect(deleted).toMatchObject({
      type: 'DELETED',
      object: { kind: 'ConfigMap', data: { a: 'b' }, metadata: { name: 'a' } },
    });
    // The last state comes under the version of the deletion, to go on from.
    expect(Number(deleted.object.metadata.resourceVersion)).toBeGreaterThan(
      Number(changed.body.metadata.resourceVersion),
    );
    expect(again.type).toBe('ADDED');
    expect(again.object.metadata.uid).not.toBe(added.object.metadata.uid);
    watch.close();
  });

  suite.test('begins with what is there when no version is given', async () => {
    const path = await configMaps();
    await ask('POST', path, { metadata: { name: 'a' } });
    await ask('POST', path, { metadata: { name: 'b' } });
    for (const query of ['', '&resourceVersion=0']) {
      const watch = await openWatch(
        suite.cluster,
        `${path}?watch=true${query}`,
      );
      const first = [brief(await watch.next()), brief(await watch.next())];
      expect(first.sort()).toEqual([
        ['ADDED', 'a'],
        ['ADDED', 'b'],
      ]);
      watch.close();
    }
  });

  suite.test('ends a watch after timeoutSeconds', async () => {
    const path = await configMaps();
    const { body } = await ask('GET', path);
    const started = Date.now();
    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&timeoutSeconds=1&resourceVersion=${body.metadata.resourceVersion}`,
    );
    expect(await watch.rest()).toEqual([]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(900);
    expect(Date.now() - started).toBeLessThan(60_000);
  });

  suite.test('sends a bookmark before a watch ends', async () => {
    const path = await configMaps();
    const { resourceVersion } = (await ask('GET', path)).body.metadata;
    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&timeoutSeconds=5&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`,
    );
    const created = await ask('POST', path, { metadata: { name: 'a' } });
    const [added, ...bookmarks] = await watch.rest();
    expect(added).toEqual({ type: 'ADDED', object: created.body });
    // One or more, as the server sees fit.
    expect(bookmarks).not.toEqual([]);
    for (const { type, object } of bookmarks) {
      expect(type).toBe('BOOKMARK');
      expect(object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
      expect(object.metadata).not.toHaveProperty('name');
      expect(Number(object.metadata.resourceVersion)).toBeGreaterThanOrEqual(
        Number(created.body.metadata.resourceVersion),
      );
    }
  });

  suite.test('sends no bookmark that nobody asked for', async () => {
    const path = await configMaps();
    const { resourceVersion } = (await ask('GET', path)).body.metadata;
    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&timeoutSeconds=4&resourceVersion=${resourceVersion}`,
    );
    expect(await watch.rest()).toEqual([]);
  });

  suite.test('tells of objects that enter and leave a selection', async () => {
    const path = await configMaps();
    const { resourceVersion } = (await ask('GET', path)).body.metadata;
    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&labelSelector=seen=yes&resourceVersion=${resourceVersion}`,
    );
    await ask('POST', path, { metadata: { name: 'hidden' } });
    await ask('POST', path, { metadata: { name: 'a' } });
    await patch(`${path}/a`, { metadata: { labels: { seen: 'yes' } } });
    await patch(`${path}/a`, { data: { a: 'b' } });
    await patch(`${path}/a`, { metadata: { labels: { seen: 'no' } } });
    const events = [await watch.next(), await watch.next(), await watch.next()];
    expect(events.map(brief)).toEqual([
      ['ADDED', 'a'],
      ['MODIFIED', 'a'],
      ['DELETED', 'a'],
    ]);
    watch.close();
  });

  suite.test('watches one object by its name', async () => {
    const path = await configMaps();
    const { resourceVersion } = (await ask('GET', path)).body.metadata;
    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&fieldSelector=metadata.name=b&resourceVersion=${resourceVersion}`,
    );
    await ask('POST', path, { metadata: { name: 'a' } });
    await ask('POST', path, { metadata: { name: 'b' } });
    expect(brief(await watch.next())).toEqual(['ADDED', 'b']);
    watch.close();
  });

  suite.test('watches all namespaces or one', async () => {
    const here = await configMaps();
    const there = await configMaps();
    const { resourceVersion } = (await ask('GET', here)).body.metadata;
    const from = `watch=1&resourceVersion=${resourceVersion}`;
    const one = await openWatch(suite.cluster, `${here}?${from}`);
    const all = await openWatch(suite.cluster, `/api/v1/configmaps?${from}`);
    await ask('POST', there, { metadata: { name: 'there' } });
    await ask('POST', here, { metadata: { name: 'here' } });
    expect(brief(await one.next())).toEqual(['ADDED', 'here']);
    expect([brief(await all.next()), brief(await all.next())]).toEqual([
      ['ADDED', 'there'],
      ['ADDED', 'here'],
    ]);
    one.close();
    all.close();
  });

  suite.test('refuses a watch that makes no sense', async () => {
    const path = await configMaps();
    const watch = async (query: string) =>
      refusal(await ask('GET', `${path}?watch=1&${query}`));
    expect(await watch('resourceVersion=abc')).toMatchObject({
      status: 500,
      message:
        'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    });
    expect(await watch('timeoutSeconds=x')).toEqual({
      status: 400,
      reason: 'BadRequest',
      message: 'strconv.ParseInt: parsing "x": invalid syntax',
    });
    expect(await watch('resourceVersion=5&resourceVersionMatch=Exact')).toEqual(
      {
        status: 422,
        reason: 'Invalid',
        message:
          'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch',
      },
    );
    expect(await watch('fieldSelector=data.a=1')).toMatchObject({
      status: 400,
      message:
        '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    });
  });
}

/** What is no longer known after the history of changes is gone. These tests restart the real server. */
export function compaction(suite: Suite): void {
  const ask = (method: string, path: string, body?: unknown) =>
    suite.cluster.request(method, path, body);

  suite.test('forgets old versions', async () => {
    const path = `/api/v1/namespaces/${await newNamespace(
      suite.cluster,
    )}/configmaps`;
    for (const name of ['a', 'b', 'c', 'd']) {
      await ask('POST', path, { metadata: { name } });
    }
    const first = await ask('GET', `${path}?limit=2`);
    const old = first.body.metadata.resourceVersion;
    await ask('DELETE', `${path}/c`);
    await suite.cluster.compact();

    // A page of a list that is too old, and the token to go on with what there is now.
    const second = await ask(
      'GET',
      `${path}?limit=2&continue=${first.body.metadata.continue}`,
    );
    expect(second.body).toMatchObject({
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message:
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      metadata: { continue: expect.stringMatching(/./) },
    });
    const onwards = await ask(
      'GET',
      `${path}?limit=2&continue=${second.body.metadata.continue}`,
    );
    expect(onwards.body.items.map((item: Json) => item.metadata.name)).toEqual([
      'd',
    ]);

    expect(
      refusal(
        await ask(
          'GET',
          `${path}?resourceVersion=${old}&resourceVersionMatch=Exact`,
        ),
      ),
    ).toEqual({
      status: 410,
      reason: 'Expired',
      message: 'The resourceVersion for the provided list is too old.',
    });

    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&resourceVersion=${old}`,
    );
    expect(watch.status).toBe(200);
    const events = await watch.rest();
    expect(events).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: expect.stringMatching(
            new RegExp(`^too old resource version: ${old} \\(\\d+\\)$`),
          ),
          reason: 'Expired',
          code: 410,
        },
      },
    ]);
  });

  suite.test('goes on after it has forgotten', async () => {
    const path = `/api/v1/namespaces/${await newNamespace(
      suite.cluster,
    )}/configmaps`;
    const { resourceVersion } = (await ask('GET', path)).body.metadata;
    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&resourceVersion=${resourceVersion}`,
    );
    await ask('POST', path, { metadata: { name: 'a' } });
    expect(await watch.next()).toMatchObject({
      type: 'ADDED',
      object: { metadata: { name: 'a' } },
    });
    watch.close();
  });
}
