import { importFailureInWords } from './importFailure';

describe('a failed import', () => {
  it.each([
    [
      'Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found',
      ' The address of its source answered 404 (Not Found).',
    ],
    [
      'expected status code 200, got 503',
      ' The address of its source answered 503.',
    ],
    [
      'Unable to connect to http data source: Get "https://images.example.com/a.qcow2": dial tcp: lookup images.example.com on 10.96.0.10:53: no such host',
      ' The host of its source, images.example.com, is not known.',
    ],
    [
      'dial tcp 10.0.0.1:443: connect: connection refused',
      ' Its source could not be reached.',
    ],
    [
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      ' The certificate of its source is not trusted.',
    ],
    [
      'Unable to process data: Virtual image size 10737418240 is larger than the reported available storage 1073741824. A larger PVC is required.',
      ' The image is larger than the volume.',
    ],
  ])('is told in words for people: %s', (message, words) => {
    expect(importFailureInWords(message)).toBe(words);
  });

  it('of an unknown cause is told as it was said, as far as that says something', () => {
    expect(importFailureInWords('odd\n  thing')).toBe(
      ' What was said: “odd thing”',
    );
    expect(importFailureInWords('x'.repeat(100_000))).toHaveLength(179);
    expect(importFailureInWords(undefined)).toBe('');
    expect(importFailureInWords(' \n')).toBe('');
  });
});
