import { OpenapiContract } from './__testUtils__/openapiContract';

describe('the check against openapi.yaml', () => {
  const contract = new OpenapiContract();
  const empty = {
    method: 'GET',
    url: '/v1/tenants',
    status: 200,
    contentType: 'application/json; charset=utf-8',
    body: {
      items: [],
      total: 0,
      nextCursor: null,
      errors: [],
      emptyBecause: null,
    },
  };
  const refused = {
    ...empty,
    status: 400,
    body: { error: { name: 'InputError', message: 'no' } },
  };

  it.each([
    ['an answer', empty],
    ['a query', { ...empty, url: '/v1/tenants?limit=7&sort=-used' }],
    ['a refusal', { ...refused, url: '/v1/tenants?limit=0' }],
  ])('accepts %s as documented', (_what, exchange) => {
    expect(() => contract.check(exchange)).not.toThrow();
  });

  it.each([
    [
      'an undocumented field',
      { ...empty, body: { ...empty.body, more: 1 } },
      /additional properties/,
    ],
    ['a missing field', { ...empty, body: { items: [] } }, /total/],
    [
      'a field of another type',
      { ...empty, body: { ...empty.body, total: '0' } },
      /integer/,
    ],
    ['an undocumented status', { ...refused, status: 418 }, /status/],
    ['another content type', { ...empty, contentType: 'text/html' }, /html/],
    ['an unknown path', { ...empty, url: '/v2/tenants' }, /no such operation/],
    [
      'an undocumented query that is answered',
      { ...empty, url: '/v1/tenants?color=red' },
      /color is unknown/,
    ],
    [
      'a malformed query that is answered',
      { ...empty, url: '/v1/tenants?limit=0' },
      /limit/,
    ],
    [
      'a parameter given twice that is answered',
      { ...empty, url: '/v1/tenants?limit=1&limit=2' },
      /twice/,
    ],
    [
      'a documented query that is refused',
      { ...refused, url: '/v1/tenants?limit=1' },
      /refused/,
    ],
  ])('does not accept %s', (_what, exchange, complaint) => {
    expect(() => contract.check(exchange)).toThrow(complaint);
  });

  const wish = {
    method: 'POST',
    url: '/v1/changes/quota/facts',
    status: 404,
    contentType: 'application/json',
    body: { error: { name: 'NotFoundError', message: 'no' } },
    sent: { underCluster: 'north', tenant: 'alpha', size: '5Gi' },
  };

  it('accepts a body as documented, and a refusal of one that is not', () => {
    expect(() => contract.check(wish)).not.toThrow();
    expect(() =>
      contract.check({
        ...wish,
        status: 400,
        body: { error: { name: 'InputError', message: 'Field "size" ...' } },
        sent: { ...wish.sent, size: 5 },
      }),
    ).not.toThrow();
  });

  it('does not accept a documented body that is refused for its form', () => {
    expect(() =>
      contract.check({
        ...wish,
        status: 400,
        body: { error: { name: 'InputError', message: 'Field "size" ...' } },
      }),
    ).toThrow(/refused, though the body/);
  });

  it('knows which operations were not exercised', () => {
    expect(contract.notExercised()).toEqual([
      'listUnderClusters',
      'getTenant',
      'listVolumes',
      'getVolume',
      'previewQuotaChange',
      'getQuotaChangeFacts',
      'previewStorageChange',
      'getStorageChangeFacts',
      'recordStorageChange',
      'listRequests',
      'recordRequest',
    ]);
  });
});
