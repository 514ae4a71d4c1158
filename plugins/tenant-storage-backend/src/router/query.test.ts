import { listTenantsQuery, listVolumesQuery, parseQuery } from './query';

const parse = (query: string) =>
  parseQuery(`/v1/tenants?${query}`, listTenantsQuery);

describe('the query of a request', () => {
  it('has defaults', () => {
    expect(parseQuery('/v1/tenants', listTenantsQuery)).toEqual({
      sort: 'name',
      limit: 50,
    });
    expect(parseQuery('/v1', listVolumesQuery)).toEqual({
      sort: '-state',
      limit: 50,
    });
  });

  it('reads words, numbers and escapes', () => {
    expect(
      parse('search=al%20pha&status=error,warning&sort=-used&limit=500'),
    ).toEqual({
      search: 'al pha',
      status: ['warning', 'error'],
      sort: '-used',
      limit: 500,
    });
  });

  it.each([
    ['limit=0', /"limit" has to be a whole number from 1 to 500/],
    ['limit=501', /"limit"/],
    ['limit=1.5', /"limit"/],
    ['limit=1e2', /"limit"/],
    ['limit=%EF%BC%95', /"limit"/],
    ['limit=', /"limit"/],
    ['limit=5&limit=6', /"limit" is given twice/],
    ['limit[]=5', /"limit\[\]" is not known/],
    ['sort=size', /"sort" has to be one of name, used/],
    ['status=bad', /"status" has to be one or several of ok/],
    ['status=', /"status"/],
    [`search=${'x'.repeat(254)}`, /"search" may have 253 characters at most/],
    [`owner=${'x'.repeat(513)}`, /"owner"/],
    [`cursor=${'x'.repeat(1025)}`, /"cursor"/],
    ['underCluster=A_B', /"underCluster" has to be a name/],
    ['underCluster=', /"underCluster"/],
    ['underCluster=..%2Fx', /"underCluster"/],
    [`underCluster=${'x'.repeat(64)}`, /"underCluster"/],
    [`underCluster=${'x'.repeat(254)}`, /"underCluster"/],
    ['underCluster=n%D0%BErth', /"underCluster"/],
    ['underCluster=north%E2%80%8F', /"underCluster"/],
    ['underCluster=north%00', /"underCluster"/],
    ['underCluster=__proto__', /"underCluster"/],
    ['underCluster=north%0A', /"underCluster"/],
    ['color=red', /"color" is not known/],
    ['constructor=1', /"constructor" is not known/],
    ['__proto__=1', /"__proto__" is not known/],
    ['__proto__[limit]=1', /"__proto__\[limit\]" is not known/],
    ['toString=1', /"toString" is not known/],
    ['%E2%80%AEgnp=1', /"\?gnp" is not known/],
  ])('is refused and the parameter named: %s', (query, message) => {
    expect(() => parse(query)).toThrow(message);
    expect(() => parse(query)).toThrow(
      expect.objectContaining({ name: 'InputError' }),
    );
  });

  it('names every parameter that is wrong', () => {
    expect(() => parse('limit=0&color=red')).toThrow(/"color".*"limit"/);
  });

  it('takes a name that an object has anyway for what it is: a name', () => {
    expect(parse('underCluster=constructor').underCluster).toBe('constructor');
  });
});
