import { mockServices } from '@backstage/backend-test-utils';
import { ScmIntegrations } from '@backstage/integration';
import yaml from 'yaml';
import { createQuotaAction } from './quota';
import { examples } from './quota.examples';

const action = createQuotaAction({
  auth: mockServices.auth(),
  discovery: mockServices.discovery(),
  urlReader: mockServices.urlReader.mock(),
  integrations: ScmIntegrations.fromConfig(mockServices.rootConfig()),
  requireScmUserCredentials: false,
});

describe('what the list of installed actions shows', () => {
  it.each(['input', 'output'] as const)('describes every %s', side => {
    const properties = Object.entries(action.schema?.[side]?.properties ?? {});
    expect(properties.length).toBeGreaterThan(5);
    for (const [name, { description }] of properties) {
      expect(`${name}: ${description}`).toMatch(/: [A-Z].{10,}/);
    }
  });

  it.each(examples)(
    '$description, with inputs that there are',
    ({ example }) => {
      const [{ action: id, input }] = yaml.parse(example).steps;
      expect(id).toBe(action.id);
      const known = Object.keys(action.schema?.input?.properties ?? {});
      expect(known).toEqual(expect.arrayContaining(Object.keys(input)));
      expect(Object.keys(input)).toEqual(
        expect.arrayContaining([
          ...(action.schema?.input?.required as string[]),
        ]),
      );
    },
  );
});
