import { filledInForm } from './requestForm';

function formData(address: string) {
  return JSON.parse(
    new URL(address, 'http://portal').searchParams.get('formData')!,
  );
}

describe('filledInForm', () => {
  const alpha = { underCluster: 'muc-1', tenant: 'alpha' };

  it('names the tenant, and nothing that is not known', () => {
    expect(filledInForm('/create/templates/default/more', alpha)).toMatch(
      /^\/create\/templates\/default\/more\?formData=/,
    );
    expect(formData(filledInForm('/create', alpha))).toEqual({ tenant: alpha });
  });

  it('keeps what a reason says, whatever characters are in it', () => {
    const reason = 'Q&A: 100 % + "more" #1?';
    expect(
      formData(filledInForm('/create', { ...alpha, size: '60Gi', reason })),
    ).toEqual({ tenant: alpha, size: '60Gi', reason });
  });

  it('leaves a reason out that is too long for an address', () => {
    expect(
      formData(filledInForm('/create', { ...alpha, reason: 'x'.repeat(1001) })),
    ).toEqual({ tenant: alpha });
  });
});
