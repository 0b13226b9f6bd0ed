import { afterAll } from 'vitest'
import { resetSettings } from '../modules/admin/settings.ts'
import { fuzz, isOfInstallation } from './support/fuzz.ts'

afterAll(resetSettings)

fuzz(isOfInstallation)
