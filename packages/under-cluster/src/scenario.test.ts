import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenario } from './scenario';

const NOW = new Date('2026-03-01T12:00:00.500Z');

describe('a scenario', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'scenario-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const load = async (text: string) => {
    const file = join(dir, 'one.yaml');
    await writeFile(file, text);
    return loadScenario(file, NOW);
  };

  it('turns ages into moments, wherever a field holds a time', async () => {
    const [object] = await load(`
apiVersion: v1
kind: Event
metadata: {name: a, creationTimestamp: -3d, labels: {age: -3d}}
lastTimestamp: -5m
eventTime: -2h
message: "-5m"
conditions: [{lastTransitionTime: -30s, reason: -30s}]
other: {startTime: "2026-01-01T00:00:00Z"}
`);
    expect(object).toEqual({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: 'a',
        creationTimestamp: '2026-02-26T12:00:00Z',
        labels: { age: '-3d' },
      },
      lastTimestamp: '2026-03-01T11:55:00Z',
      eventTime: '2026-03-01T10:00:00Z',
      message: '-5m',
      conditions: [
        { lastTransitionTime: '2026-03-01T11:59:30Z', reason: '-30s' },
      ],
      other: { startTime: '2026-01-01T00:00:00Z' },
    });
  });

  it('reads scalars as YAML 1.2 does', async () => {
    const [object] = await load(`
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {word: yes, mode: 0o17, size: 1e3, text: "1e3", plain: 10Gi, zero: 0755}
`);
    expect(object.data).toEqual({
      word: 'yes',
      mode: 15,
      size: 1000,
      text: '1e3',
      plain: '10Gi',
      zero: 755,
    });
  });

  it('reads several documents, lists and empty documents', async () => {
    const objects = await load(`
# only a comment
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Namespace, metadata: {name: a}}
  - {apiVersion: v1, kind: Namespace, metadata: {name: b}}
---
---
{apiVersion: v1, kind: Namespace, metadata: {name: c}}
`);
    expect(objects.map(({ metadata }) => metadata.name)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('reads the YAML files of a folder in the order of their names', async () => {
    await writeFile(
      join(dir, '20-b.yml'),
      '{apiVersion: v1, kind: Namespace, metadata: {name: b}}',
    );
    await writeFile(
      join(dir, '10-a.yaml'),
      '{apiVersion: v1, kind: Namespace, metadata: {name: a}}',
    );
    await writeFile(join(dir, 'README.md'), '# not YAML: {');
    expect(
      (await loadScenario(dir, NOW)).map(({ metadata }) => metadata.name),
    ).toEqual(['a', 'b']);
  });

  it('names the file that can not be read', async () => {
    await expect(load('a: [')).rejects.toThrow(/one\.yaml: /);
    await expect(load('kind: Namespace')).rejects.toThrow(
      /one\.yaml: every document needs apiVersion, kind and metadata\.name/,
    );
  });
});
