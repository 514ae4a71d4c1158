import { tenantNamed } from '../../dev/tenants';
import { headroomFigure } from './headroomText';

describe('headroomFigure', () => {
  const { headroom } = tenantNamed('alpha');

  it('is a size', () => {
    expect(headroomFigure({ ...headroom, bytes: '5046586573' })).toMatchObject({
      kind: 'size',
      text: '4.7 Gi',
    });
  });

  it('tells nothing left, no limit and unknown apart', () => {
    expect(headroomFigure({ ...headroom, bytes: '0' }).kind).toBe('nothing');
    expect(
      headroomFigure({ ...headroom, state: 'unlimited', bytes: null }).kind,
    ).toBe('noLimit');
    expect(
      headroomFigure({ ...headroom, state: 'unknown', bytes: null }).kind,
    ).toBe('unknown');
    expect(headroomFigure({ ...headroom, bytes: null }).kind).toBe('unknown');
  });
});
