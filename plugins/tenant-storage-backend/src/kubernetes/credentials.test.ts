import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
  UnderClusterConnection,
  UnderClusterDangers,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { CredentialSource } from './credentials';
import { ManualClock } from './manualClock.test.clock';

const SECRET = 'the-secret-that-must-not-be-shown';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('Credentials of an under cluster', () => {
  let folder: string;
  const clock = new ManualClock();

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tenant-storage-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const file = (name: string) => path.join(folder, name);

  function source(
    connection: UnderClusterConnection,
    dangers?: UnderClusterDangers,
  ) {
    return new CredentialSource({ connection, dangers, clock });
  }

  async function kubeconfigOf(
    change: {
      cluster?: Record<string, unknown>;
      user?: Record<string, unknown>;
      contexts?: unknown[];
      current?: string;
    } = {},
  ): Promise<string> {
    const content = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': change.current ?? 'main',
      clusters: [
        {
          name: 'c',
          cluster: {
            server: 'https://10.0.0.1:6443',
            'certificate-authority-data': Buffer.from(PEM).toString('base64'),
            ...change.cluster,
          },
        },
      ],
      users: [{ name: 'u', user: change.user ?? { token: SECRET } }],
      contexts: change.contexts ?? [
        { name: 'main', context: { cluster: 'c', user: 'u' } },
      ],
    };
    await writeFile(file('kubeconfig'), JSON.stringify(content));
    return file('kubeconfig');
  }

  const kubeconfig = (context?: string): UnderClusterConnection => ({
    type: 'kubeconfig',
    file: file('kubeconfig'),
    context,
  });

  it('come from files, and are read again when these change', async () => {
    await writeFile(file('token'), 'first\n');
    await writeFile(file('ca.crt'), PEM);
    const credentials = source({
      type: 'address',
      url: 'https://10.0.0.1',
      caFile: file('ca.crt'),
      tokenFile: file('token'),
    });
    expect(await credentials.current()).toMatchObject({
      ca: PEM,
      skipTlsVerify: false,
      headers: { authorization: 'Bearer first' },
    });
    await writeFile(file('token'), 'second\n');
    clock.advance(5000);
    expect((await credentials.current()).headers.authorization).toBe(
      'Bearer second',
    );

    await rm(file('token'));
    clock.advance(5000);
    expect((await credentials.current()).headers.authorization).toBe(
      'Bearer second',
    );
    await expect(credentials.reload()).rejects.toThrow(
      `The token file ${file('token')} can't be read (ENOENT)`,
    );
  });

  it.each([
    ['empty', '', 'is empty'],
    ['two tokens', `${SECRET}\n${SECRET}`, 'something else than one token'],
  ])('that are %s are refused by name', async (_, content, message) => {
    await writeFile(file('token'), content);
    const error = await source({
      type: 'address',
      url: 'https://10.0.0.1',
      tokenFile: file('token'),
    })
      .current()
      .catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      name: 'CredentialsError',
      message: expect.stringContaining(message),
    });
    expect((error as Error).message).not.toContain(SECRET);
  });

  it('need a certificate in the CA file', async () => {
    await writeFile(file('ca.crt'), 'nothing');
    await expect(
      source({
        type: 'address',
        url: 'https://10.0.0.1',
        caFile: file('ca.crt'),
        token: SECRET,
      }).current(),
    ).rejects.toThrow(/holds no certificate/);
  });

  it("come from a kubeconfig's current context, or the one named", async () => {
    await kubeconfigOf();
    expect(await source(kubeconfig()).current()).toMatchObject({
      url: new URL('https://10.0.0.1:6443'),
      ca: PEM,
      headers: { authorization: `Bearer ${SECRET}` },
    });
    await expect(source(kubeconfig('other')).current()).rejects.toThrow(
      /has no context "other"; it has main/,
    );
  });

  it('take a client certificate from files beside the kubeconfig', async () => {
    await writeFile(file('client.crt'), PEM);
    await writeFile(file('client.key'), 'key');
    await kubeconfigOf({
      user: { 'client-certificate': 'client.crt', 'client-key': 'client.key' },
    });
    expect(await source(kubeconfig()).current()).toMatchObject({
      cert: PEM,
      key: 'key',
      headers: {},
    });
  });

  it.each<[string, Parameters<typeof kubeconfigOf>[0], string]>([
    [
      'runs a command',
      { user: { exec: { command: 'false', apiVersion: 'v1' } } },
      'dangerouslyAllowExec',
    ],
    [
      'uses an auth provider',
      { user: { 'auth-provider': { name: 'gcp' } } },
      'dangerouslyAllowAuthProvider',
    ],
    [
      'skips the verification',
      { cluster: { 'insecure-skip-tls-verify': true } },
      'dangerouslyAllowSkipTlsVerify',
    ],
    [
      'is http',
      { cluster: { server: 'http://10.0.0.1' } },
      'dangerouslyAllowHttp',
    ],
  ])(
    'of a kubeconfig that %s are refused unless allowed',
    async (_, change, setting) => {
      await kubeconfigOf(change);
      await expect(source(kubeconfig()).current()).rejects.toThrow(
        `set ${setting}: true`,
      );
    },
  );

  it('that skip the verification or go over http work once allowed', async () => {
    await kubeconfigOf({ cluster: { 'insecure-skip-tls-verify': true } });
    expect(
      await source(kubeconfig(), {
        dangerouslyAllowSkipTlsVerify: true,
      }).current(),
    ).toMatchObject({ skipTlsVerify: true });
    await kubeconfigOf({ cluster: { server: 'http://10.0.0.1' } });
    expect(
      await source(kubeconfig(), { dangerouslyAllowHttp: true }).current(),
    ).toMatchObject({ headers: { authorization: `Bearer ${SECRET}` } });
  });

  it('come from a command once that is allowed', async () => {
    await writeFile(
      file('login'),
      `#!/bin/sh\necho '${JSON.stringify({
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        status: { token: 'from-the-command' },
      })}'\n`,
    );
    await chmod(file('login'), 0o755);
    await kubeconfigOf({
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: file('login'),
        },
      },
    });
    expect(
      await source(kubeconfig(), { dangerouslyAllowExec: true }).current(),
    ).toMatchObject({ headers: { authorization: 'Bearer from-the-command' } });
  });

  it.each<[string, Parameters<typeof kubeconfigOf>[0], RegExp]>([
    ['has no current context', { current: '' }, /has no current-context/],
    [
      'names a user that is not there',
      { contexts: [{ name: 'main', context: { cluster: 'c', user: 'x' } }] },
      /names a user that the file does not have/,
    ],
    [
      'has nothing to sign in with',
      { user: { tokenFile: '/x' } },
      /neither token nor client certificate/,
    ],
    [
      'goes through a proxy',
      { cluster: { 'proxy-url': 'http://proxy' } },
      /proxy-url, which is not supported/,
    ],
    [
      'lacks a file that it names',
      { user: { 'client-certificate': 'gone', 'client-key': 'gone' } },
      /can't be had \(ENOENT\)/,
    ],
    [
      'has a server that is no URL',
      { cluster: { server: 'https://:x' } },
      /is not a URL/,
    ],
  ])(
    'of a kubeconfig that %s are refused with the remedy',
    async (_, change, message) => {
      await kubeconfigOf(change);
      await expect(source(kubeconfig()).current()).rejects.toThrow(message);
    },
  );

  it('of a broken kubeconfig are refused without quoting it', async () => {
    await writeFile(file('kubeconfig'), `users: [a\ntoken: ${SECRET}`);
    const error = await source(kubeconfig())
      .current()
      .catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      message: expect.stringContaining('is not a kubeconfig'),
    });
    expect((error as Error).message).not.toContain(SECRET);
    await rm(file('kubeconfig'));
    await expect(source(kubeconfig()).current()).rejects.toThrow(/ENOENT/);
  });

  it('of the pod are refused where there is no pod', async () => {
    const { KUBERNETES_SERVICE_HOST: before } = process.env;
    delete process.env.KUBERNETES_SERVICE_HOST;
    try {
      await expect(source({ type: 'inCluster' }).current()).rejects.toThrow(
        /this is not a pod/,
      );
      process.env.KUBERNETES_SERVICE_HOST = 'fd00::1';
      process.env.KUBERNETES_SERVICE_PORT = '443';
      await expect(source({ type: 'inCluster' }).current()).rejects.toThrow(
        /serviceaccount\/ca.crt can't be read/,
      );
    } finally {
      if (before === undefined) delete process.env.KUBERNETES_SERVICE_HOST;
      else process.env.KUBERNETES_SERVICE_HOST = before;
      delete process.env.KUBERNETES_SERVICE_PORT;
    }
  });
});
