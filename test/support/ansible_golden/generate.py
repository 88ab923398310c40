#!/usr/bin/python3
"""Asks Ansible for the answers to the expressions in cases/, and writes src/template/golden.json.

Needs Debian's ansible-core (apt-get install ansible-core python3-netaddr); the cases of ipaddr and its like also need the
collection ansible.utils, in the folder ANSIBLE_COLLECTIONS names (it holds ansible_collections/). Run it from anywhere:

    ANSIBLE_COLLECTIONS=/folder /usr/bin/python3 test/support/ansible_golden/generate.py

Values are JSON, with what JSON cannot say marked: {"float": "1.0"}, {"tuple": [...]}, {"dict": [[key, value], ...]},
{"int": "12345678901234567890"}, {"error": "undefined"} or {"error": "other"}.
"""
import datetime
import json
import os
import platform
from collections.abc import Mapping, Set

here = os.path.dirname(os.path.abspath(__file__))
os.environ.update(
    ANSIBLE_COLLECTIONS_PATH=os.environ.get('ANSIBLE_COLLECTIONS', '/nonexistent'),
    ANSIBLE_CONFIG=os.path.join(here, 'files', 'ansible.cfg'),
    ANSIBLE_DEPRECATION_WARNINGS='False',
    ANSIBLE_JINJA2_NATIVE='True',
    GOLDEN_ENV='from env',
    HOME='/home/golden',
    TZ='UTC',
)

import ansible.constants as C  # noqa: E402
import jinja2  # noqa: E402
from ansible import release  # noqa: E402
from ansible.errors import AnsibleUndefinedVariable  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.template import AnsibleUndefined, Templar  # noqa: E402
from jinja2.exceptions import UndefinedError  # noqa: E402


def encode(value):
    """A value as the docstring above says."""
    if isinstance(value, AnsibleUndefined):
        raise AnsibleUndefinedVariable('undefined')
    if isinstance(value, jinja2.Undefined):
        return ''
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {'int': str(value)}
    if isinstance(value, float):
        return {'float': repr(value)}
    if isinstance(value, (datetime.datetime, datetime.timedelta)):
        return str(value)
    if isinstance(value, tuple):
        return {'tuple': [encode(item) for item in value]}
    if isinstance(value, Mapping):
        return {'dict': [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, Set) and not hasattr(value, 'mapping') and isinstance(value, (set, frozenset)):
        return {'set': sorted(encode(item) for item in value)}
    if hasattr(value, '__iter__'):
        return [encode(item) for item in value]
    return {'object': type(value).__name__}


class Asker:
    def __init__(self, variables):
        loader = DataLoader()
        loader.set_basedir(os.path.join(here, 'files'))
        self.templar = Templar(loader, variables=variables)
        self.grabbed = []
        self.templar.environment.globals['_grab'] = self.grab
        C.DEFAULT_JINJA2_NATIVE = False
        self.joining = Templar(loader, variables=variables)

    def grab(self, value):
        self.grabbed.append(value)
        return ''

    def guarded(self, run):
        try:
            return run()
        except (UndefinedError, AnsibleUndefinedVariable):
            return {'error': 'undefined'}
        except Exception as error:  # every failure is an answer
            return {'error': 'undefined' if 'is undefined' in str(error) or 'has no attribute' in str(error) else 'other'}

    def expression(self, text):
        def run():
            self.grabbed.clear()
            self.templar.template('{{ _grab((' + text + ')) }}')
            return encode(self.grabbed[0])

        return self.guarded(run)

    def condition(self, text):
        return self.guarded(lambda: 'True' in self.templar.template('{% if ' + text + ' %} True {% else %} False {% endif %}', convert_data=False))

    def text(self, text):
        return self.guarded(lambda: self.joining.template(text, convert_data=False))

    def file(self, text):
        return self.guarded(lambda: self.joining.do_template(text, preserve_trailing_newlines=True, escape_backslashes=False))


def lines_of(name):
    with open(os.path.join(here, 'cases', name), encoding='utf-8') as handle:
        lines = [line.rstrip('\n') for line in handle]
    return [line for line in lines if line.strip() and not line.startswith('##')]


def blocks_of(name):
    with open(os.path.join(here, 'cases', name), encoding='utf-8') as handle:
        return handle.read().split('\n=====\n')


def main():
    with open(os.path.join(here, 'vars.json'), encoding='utf-8') as handle:
        variables = json.load(handle)
    with open(os.path.join(here, 'differences.json'), encoding='utf-8') as handle:
        differences = json.load(handle)
    asker = Asker(variables)
    kinds = [
        ('expression', lines_of('expressions.txt') + lines_of('filters.txt') + lines_of('errors.txt'), asker.expression),
        ('condition', lines_of('conditions.txt'), asker.condition),
        ('text', blocks_of('texts.txt'), asker.text),
        ('file', blocks_of('files.txt'), asker.file),
    ]
    cases = []
    for kind, texts, ask in kinds:
        for text in dict.fromkeys(texts):
            case = {'kind': kind, 'text': text, 'ansible': ask(text)}
            if text in differences:
                case.update(differences.pop(text))
            cases.append(case)
    for text in differences:
        print('not a case:', text)
    golden = {
        'made by': f'ansible-core {release.__version__}, jinja2 {jinja2.__version__}, python {platform.python_version()}',
        'note': 'Values of 2.14 with native types. "ours" and "why" stand where the answer of Ansible 2.19, or a refusal of ours, is wanted instead.',
        'cases': cases,
    }
    with open(os.path.join(here, '..', '..', '..', 'src', 'template', 'golden.json'), 'w', encoding='utf-8') as handle:
        handle.write('{\n')
        handle.write(f' "made by": {json.dumps(golden["made by"])},\n "note": {json.dumps(golden["note"])},\n "cases": [\n')
        handle.write(',\n'.join('  ' + json.dumps(case, ensure_ascii=False) for case in cases))
        handle.write('\n ]\n}\n')
    print(len(cases), 'cases,', sum(1 for case in cases if isinstance(case['ansible'], dict) and 'error' in case['ansible']), 'of them errors')


main()
