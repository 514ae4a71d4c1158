export { quotaFactsOf } from './quotaFacts';
export { quotaPreview } from './quotaPreview';
export { ManifestRepositories } from './repositories';
