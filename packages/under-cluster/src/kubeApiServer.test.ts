import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeApiServerAvailable, startKubeApiServer } from './kubeApiServer';

describe('a real API server', () => {
  let empty: string;
  beforeEach(async () => {
    empty = await mkdtemp(join(tmpdir(), 'assets-'));
  });
  afterEach(() => rm(empty, { recursive: true }));

  it('is not available without a folder that has all three programs', async () => {
    expect(kubeApiServerAvailable('')).toBe(false);
    expect(kubeApiServerAvailable(empty)).toBe(false);
    await writeFile(join(empty, 'etcd'), '');
    await writeFile(join(empty, 'kube-apiserver'), '');
    expect(kubeApiServerAvailable(empty)).toBe(false);
    await writeFile(join(empty, 'kube-controller-manager'), '');
    expect(kubeApiServerAvailable(empty)).toBe(true);
  });

  it('says what is missing when it can not be started', async () => {
    await expect(
      startKubeApiServer({ name: 'west', assets: empty }),
    ).rejects.toThrow(
      'KUBEBUILDER_ASSETS must name a folder with etcd, kube-apiserver, kube-controller-manager',
    );
  });

  it('says which program ended, and why', async () => {
    const script = (text: string) => `#!/bin/sh\n${text}\n`;
    const executable = { mode: 0o755 };
    await writeFile(
      join(empty, 'etcd'),
      script('echo no space left; exit 1'),
      executable,
    );
    for (const program of ['kube-apiserver', 'kube-controller-manager']) {
      await writeFile(
        join(empty, program),
        script('exec sleep 100'),
        executable,
      );
    }
    await expect(
      startKubeApiServer({ name: 'west', assets: empty }),
    ).rejects.toThrow(/etcd ended while starting: no space left/);
  });
});
