import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import {
  templateEntityV1beta3Validator,
  type TemplateEntityV1beta3,
} from '@backstage/plugin-scaffolder-common';
import { mockServices } from '@backstage/backend-test-utils';
import { ScmIntegrations } from '@backstage/integration';
import { storageChanges } from '@kmetal/backstage-plugin-tenant-storage-node';
import yaml from 'yaml';
import { createStorageChangeAction } from './actions/storageChange';

const ALL = resolvePackagePath(
  '@kmetal/backstage-plugin-scaffolder-backend-module-tenant-storage',
  '../../templates/all.yaml',
);

const COVERAGE = readFileSync(
  resolvePackagePath(
    '@kmetal/backstage-plugin-scaffolder-backend-module-tenant-storage',
    '../../docs/coverage.md',
  ),
  'utf8',
);

/** A JSON schema, of a form or of an action. */
interface Schema {
  type?: string;
  title?: string;
  enum?: string[];
  const?: string;
  oneOf?: Schema[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  dependencies?: Record<string, { oneOf: Schema[] }>;
  'ui:field'?: string;
  'ui:widget'?: string;
  'ui:options'?: Record<string, unknown>;
  'ui:enumNames'?: string[];
}

type Step = TemplateEntityV1beta3['spec']['steps'][number];

const location = yaml.parse(readFileSync(ALL, 'utf8'));
const templates: TemplateEntityV1beta3[] = location.spec.targets.map(
  (target: string) =>
    yaml.parse(readFileSync(join(dirname(ALL), target), 'utf8')),
);

const pagesOf = ({ spec }: TemplateEntityV1beta3) =>
  [spec.parameters ?? []].flat() as Schema[];

/** Every field of a page, those included that show up once another has a certain value. */
function fieldsOf(page: Schema): Array<[string, Schema]> {
  const dependent = Object.entries(page.dependencies ?? {}).flatMap(
    ([on, { oneOf }]) =>
      oneOf.flatMap(each => fieldsOf(each).filter(([name]) => name !== on)),
  );
  return [...Object.entries(page.properties ?? {}), ...dependent];
}

/** The fields of the form that are the change's own. */
function formOf(template: TemplateEntityV1beta3): Record<string, Schema> {
  const form = Object.fromEntries(pagesOf(template).flatMap(fieldsOf));
  const { underCluster: _, reason: __, preview: ___, ...own } = form;
  return own;
}

/** What may be filled in, without words. */
function shapeOf(schema: Schema): unknown {
  const { additionalProperties, items, properties, type } = schema;
  const choices =
    schema.enum ?? schema.oneOf?.flatMap(each => each.const ?? []);
  return {
    type,
    ...(choices && { choices: [...choices].sort() }),
    ...(items && { items: shapeOf(items) }),
    ...(typeof additionalProperties === 'object' && {
      values: shapeOf(additionalProperties),
    }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, each]) => [name, shapeOf(each)]),
      ),
    }),
  };
}

/** A schema with all that is inside it. */
function withParts(schema: Schema): Schema[] {
  const inside = [schema.items ?? [], Object.values(schema.properties ?? {})];
  return [schema, ...inside.flat().flatMap(withParts)];
}

const shapesOf = (fields: Record<string, Schema>) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, each]) => [name, shapeOf(each)]),
  );

const stepsWith = ({ spec }: TemplateEntityV1beta3, action: string) =>
  spec.steps.filter((step: Step) => step.action === action);

const actionOptions = {
  auth: mockServices.auth(),
  discovery: mockServices.discovery(),
  urlReader: mockServices.urlReader.mock(),
  integrations: ScmIntegrations.fromConfig(mockServices.rootConfig()),
  requireScmUserCredentials: false,
};

describe.each(storageChanges.map(change => [change.kind, change] as const))(
  'the template of the change %s',
  (kind, change) => {
    const [template, ...more] = templates.filter(
      each => stepsWith(each, change.action).length > 0,
    );
    const input = createStorageChangeAction(change, actionOptions).schema
      ?.input as Schema;
    const own = Object.fromEntries(
      Object.entries(input.properties ?? {}).filter(
        ([name]) => name in change.fields,
      ),
    );

    it('is there, once, for the platform team', async () => {
      expect(more).toEqual([]);
      expect(await templateEntityV1beta3Validator.check(template)).toBe(true);
      expect(template.spec.owner).toBe('group:default/platform');
    });

    it('is in the coverage of the platform’s page, by its action and its title', () => {
      expect(COVERAGE).toContain(
        `\`${change.action}\`, form "${template.metadata.title}"`,
      );
    });

    it('asks for every field of the change, of its kind and with its choices, and for nothing else', () => {
      expect(shapesOf(formOf(template))).toEqual(shapesOf(own));
    });

    it('insists on what the change needs, and on the under cluster and the reason', () => {
      const [page] = pagesOf(template);
      expect(page.required).toEqual(
        expect.arrayContaining([
          'underCluster',
          'reason',
          ...(input.required ?? []).filter(name => name in change.fields),
        ]),
      );
    });

    it('hands every field to the action, as it was filled in', () => {
      const [plan] = stepsWith(template, change.action);
      expect(plan.input).toEqual({
        ...Object.fromEntries(
          ['underCluster', 'reason', ...Object.keys(change.fields)].map(
            name => [name, `\${{ parameters.${name} }}`],
          ),
        ),
        token: '${{ secrets.USER_OAUTH_TOKEN }}',
        providers: ['github', 'gitlab'],
      });
    });

    it('names each field in words', () => {
      for (const [name, { title }] of pagesOf(template).flatMap(fieldsOf)) {
        expect(`${name}: ${title}`).toMatch(/: [A-Z]/);
      }
    });

    const parts = pagesOf(template)
      .flatMap(fieldsOf)
      .flatMap(([, field]) => withParts(field));

    // The form takes the first `const` of a `oneOf` for chosen; of an `enum` nothing is chosen until somebody does.
    it('chooses nothing for whoever fills it in', () => {
      for (const { oneOf } of parts) expect(oneOf).toBeUndefined();
    });

    it('calls every choice something, if any', () => {
      for (const { enum: choices, 'ui:enumNames': names } of parts) {
        expect((names ?? choices)?.length).toBe(choices?.length);
      }
    });

    it('shows on its last page what the change would do', () => {
      const pages = pagesOf(template);
      expect(pages[0].properties?.underCluster).toMatchObject({
        type: 'string',
        'ui:field': 'KmetalUnderClusterPicker',
      });
      expect(pages.at(-1)?.properties?.preview).toMatchObject({
        'ui:field': 'KmetalChangePreview',
        'ui:options': { change: kind },
      });
    });

    it('asks for no secret', () => {
      expect(JSON.stringify(pagesOf(template))).not.toMatch(
        /"ui:field":"Secret"|"ui:widget":"password"/,
      );
    });
  },
);

describe('the template of the change backend', () => {
  const template = templates.find(
    ({ metadata }) => metadata.name === 'storage-backend',
  ) as TemplateEntityV1beta3;

  it('claims the name with the release of it, with the same wish in all but the stage', () => {
    const [plan, claim, ...more] = stepsWith(
      template,
      'kmetal:storage:backend',
    );
    expect(more).toEqual([]);
    expect(claim.if).toBe("${{ parameters.stage == 'release' }}");
    expect(claim.input).toEqual({
      ...plan.input,
      stage: 'claim',
      after: ['${{ steps.plan.output.asked }}'],
    });
  });

  it('shows the claim after the release, as the steps propose them', () => {
    const preview = pagesOf(template).at(-1)?.properties?.preview;
    expect(preview?.['ui:options']?.followedBy).toEqual([
      expect.objectContaining({
        when: { stage: 'release' },
        input: { stage: 'claim' },
      }),
    ]);
  });
});

/** Which plan a step is about. */
const planOf = (step: Step) =>
  /steps\.(\w+)\.output\.changed/.exec(String(step.if))?.[1];

describe.each(
  templates
    .filter(({ metadata }) => metadata.name !== 'request-more-storage')
    .map(each => [each.metadata.name, each] as const),
)('the steps of %s', (_, template) => {
  const plans = template.spec.steps.filter(({ action }: Step) =>
    action.startsWith('kmetal:'),
  );

  it.each(plans.map(({ id }: Step) => id))(
    'propose what %s planned on GitHub, and on GitLab',
    id => {
      const steps = template.spec.steps.filter(
        (step: Step) => planOf(step) === id && step.action !== 'debug:log',
      );
      expect(steps.map(({ action }: Step) => action)).toEqual([
        'publish:github:pull-request',
        'publish:gitlab:merge-request',
        'gitlab:repo:push',
        'gitlab:repo:push',
      ]);
      for (const { input } of steps) {
        expect(input).toMatchObject({
          repoUrl: `\${{ steps.${id}.output.repoUrl }}`,
          branchName: `\${{ steps.${id}.output.branch }}`,
          token: '${{ secrets.USER_OAUTH_TOKEN }}',
        });
        expect([
          ...new Set(JSON.stringify(input).match(/steps\.\w+/g)),
        ]).toEqual([`steps.${id}`]);
      }
      expect(steps[0].input).toMatchObject({
        update: true,
        createWhenEmpty: false,
        filesToDelete: `\${{ steps.${id}.output.filesToDelete }}`,
      });
    },
  );
});
