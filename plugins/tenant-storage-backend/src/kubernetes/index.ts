export {
  readUnderClusterConfig,
  type UnderClusterDefaults,
} from './underClusterConfig';
