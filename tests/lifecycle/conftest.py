from tests.support.journal_file import store as store
