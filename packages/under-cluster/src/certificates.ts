import { generate } from 'selfsigned';

/** A server's certificate and key, and the CA that signed it, all PEM. */
export interface ServerCertificate {
  ca: string;
  cert: string;
  key: string;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Makes a CA and a server certificate for 127.0.0.1 and localhost.
 * Valid from an hour ago, because a container's clock may be behind, and for a year.
 */
export async function makeServerCertificate(
  name: string,
): Promise<ServerCertificate> {
  const validity = {
    notBeforeDate: new Date(Date.now() - DAY / 24),
    notAfterDate: new Date(Date.now() + 365 * DAY),
    keyType: 'ec' as const,
    algorithm: 'sha256',
  };
  const authority = await generate(
    [{ name: 'commonName', value: `${name}-ca` }],
    {
      ...validity,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        {
          name: 'keyUsage',
          keyCertSign: true,
          cRLSign: true,
          digitalSignature: true,
          critical: true,
        },
      ],
    },
  );
  const server = await generate([{ name: 'commonName', value: name }], {
    ...validity,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}
