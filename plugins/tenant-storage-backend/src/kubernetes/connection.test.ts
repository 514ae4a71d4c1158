import type net from 'node:net';
import tls from 'node:tls';
import { generate } from 'selfsigned';
import { Connection, type Exchange } from './connection';
import { ConnectionError } from './errors';
import { ManualClock, until } from './manualClock.test.clock';

/** A TLS server that agrees on HTTP/2, and then does as it is told. */
async function serverThat(onSecure: (wire: net.Socket) => void) {
  const { cert, private: key } = await generate(
    [{ name: 'commonName', value: '127.0.0.1' }],
    {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    },
  );
  const sockets = new Set<net.Socket>();
  const server = tls.createServer({ cert, key, ALPNProtocols: ['h2'] });
  server.on('connection', wire => {
    sockets.add(wire);
    server.once('secureConnection', socket => {
      socket.on('error', () => {});
      onSecure(wire);
    });
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    sockets,
    ca: cert,
    url: new URL(
      `https://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    ),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('A connection that agrees on HTTP/2', () => {
  const ending: Array<() => void> = [];

  afterEach(() => {
    for (const end of ending.splice(0)) end();
  });

  async function connectedTo(onSecure: (wire: net.Socket) => void) {
    const clock = new ManualClock();
    const server = await serverThat(onSecure);
    const connection = new Connection({
      clock,
      credentials: {
        url: server.url,
        ca: server.ca,
        skipTlsVerify: false,
        headers: {},
      },
    });
    ending.push(() => connection.close(), server.stop);
    const exchange: Exchange = {
      method: 'GET',
      path: '/version',
      headers: {},
      signal: new AbortController().signal,
      answerWithinMs: 60_000,
    };
    return { clock, connection, server, exchange };
  }

  it('is given up after ten seconds if nothing is said in HTTP/2, and the next request makes another', async () => {
    const { clock, connection, server, exchange } = await connectedTo(() => {});
    const begun = clock.now();
    let trouble: unknown;

    connection.request(exchange).catch(error => {
      trouble = error;
    });
    await until(() => server.sockets.size === 1);
    await until(
      () => trouble !== undefined,
      () => clock.advance(100),
    );

    expect(trouble).toBeInstanceOf(ConnectionError);
    expect(String(trouble)).toContain('within 10 s');
    expect(clock.now() - begun).toBeLessThan(15_000);

    connection.request(exchange).catch(() => {});
    await until(() => server.sockets.size === 2);
  });

  it('is no connection if it is reset as it begins', async () => {
    const { clock, connection, exchange } = await connectedTo(wire =>
      wire.resetAndDestroy(),
    );
    let trouble: unknown;

    connection.request(exchange).catch(error => {
      trouble = error;
    });
    await until(
      () => trouble !== undefined,
      () => clock.advance(100),
    );

    expect(trouble).toBeInstanceOf(ConnectionError);
  });
});
