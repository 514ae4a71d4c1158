import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';

/** Schema of `KmetalTenantPicker`. */
export const TenantPickerSchema = makeFieldSchema({
  output: z =>
    z.object({
      underCluster: z.string().describe('The under cluster, by its name'),
      tenant: z.string().describe('The tenant, by its namespace'),
    }),
});

/** Props of `KmetalTenantPicker`. */
export type TenantPickerProps = typeof TenantPickerSchema.TProps;

/** Schema of `KmetalQuotaSize`. */
export const QuotaSizeSchema = makeFieldSchema({
  output: z => z.string().describe('A Kubernetes quantity such as 60Gi'),
  uiOptions: z =>
    z.object({
      tenantField: z
        .string()
        .optional()
        .describe('The field that holds the tenant; `tenant` unless told'),
      allowBelowUseField: z
        .string()
        .optional()
        .describe(
          'The field that is true where less than what is used is meant; `allowBelowUse` unless told',
        ),
    }),
});

/** Props of `KmetalQuotaSize`. */
export type QuotaSizeProps = typeof QuotaSizeSchema.TProps;

type Zod = Parameters<Parameters<typeof makeFieldSchema>[0]['output']>[0];

const userCredentials = (zod: Zod) =>
  zod
    .object({
      secretsKey: zod
        .string()
        .describe('The secret of the template that the token becomes'),
      additionalScopes: zod
        .object({
          github: zod.array(zod.string()).optional(),
          gitlab: zod.array(zod.string()).optional(),
          bitbucket: zod.array(zod.string()).optional(),
          azure: zod.array(zod.string()).optional(),
          gitea: zod.array(zod.string()).optional(),
          gerrit: zod.array(zod.string()).optional(),
        })
        .optional()
        .describe('Scopes beside those that writing to a repository needs'),
    })
    .optional()
    .describe(
      'If given, going on asks for a token of the user’s own for the Git host of the change',
    );

/** Schema of `KmetalQuotaPreview`. */
export const QuotaPreviewSchema = makeFieldSchema({
  output: z => z.string().describe('What was previewed, in words'),
  uiOptions: z =>
    z.object({
      tenantField: z
        .string()
        .optional()
        .describe('The field that holds the tenant; `tenant` unless told'),
      sizeField: z
        .string()
        .optional()
        .describe('The field that holds the size; `size` unless told'),
      reasonField: z
        .string()
        .optional()
        .describe('The field that holds the reason; `reason` unless told'),
      allowBelowUseField: z
        .string()
        .optional()
        .describe(
          'The field that is true where less than what is used is meant; `allowBelowUse` unless told',
        ),
      requestUserCredentials: userCredentials(z),
    }),
});

/** Props of `KmetalQuotaPreview`. */
export type QuotaPreviewProps = typeof QuotaPreviewSchema.TProps;

/** How a token of the user's own is asked for; the option that the Scaffolder's `RepoUrlPicker` has, too. */
export type RequestUserCredentials = NonNullable<
  (typeof QuotaPreviewSchema.uiOptionsType)['requestUserCredentials']
>;

/** Schema of `KmetalUnderClusterPicker`. */
export const UnderClusterPickerSchema = makeFieldSchema({
  output: z => z.string().describe('The under cluster, by its name'),
});

/** Props of `KmetalUnderClusterPicker`. */
export type UnderClusterPickerProps = typeof UnderClusterPickerSchema.TProps;

/** Schema of `KmetalChangePreview`. */
export const ChangePreviewSchema = makeFieldSchema({
  output: z => z.string().describe('What was previewed, in words'),
  uiOptions: z =>
    z.object({
      change: z
        .string()
        .describe('The kind of the change, such as `velero-location`'),
      underClusterField: z
        .string()
        .optional()
        .describe(
          'The field that holds the under cluster; `underCluster` unless told',
        ),
      reasonField: z
        .string()
        .optional()
        .describe('The field that holds the reason; `reason` unless told'),
      previewField: z
        .string()
        .optional()
        .describe('This field itself; `preview` unless told'),
      followedBy: z
        .array(
          z.object({
            title: z.string().describe('What comes next, for its heading'),
            when: z
              .record(z.unknown())
              .describe('The fields with which the form proposes it, too'),
            input: z
              .record(z.unknown())
              .describe('What it asks for other than the form'),
          }),
        )
        .optional()
        .describe(
          'Changes of the same kind that the template proposes after this one; they are previewed with it',
        ),
      requestUserCredentials: userCredentials(z),
    }),
});

/** Props of `KmetalChangePreview`. */
export type ChangePreviewProps = typeof ChangePreviewSchema.TProps;
