import io
import os

import bleach
import markdown
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from PIL import Image, ImageDraw
from rest_framework import serializers, viewsets

from notes.models import Note

TAGS = ["p", "strong", "em", "ul", "ol", "li", "code", "pre", "a", "h1", "h2", "h3", "blockquote"]


class NoteSerializer(serializers.ModelSerializer):
    html = serializers.SerializerMethodField()

    class Meta:
        model = Note
        fields = ["id", "title", "body", "html", "created"]

    def get_html(self, note: Note) -> str:
        return bleach.clean(markdown.markdown(note.body), tags=TAGS)


class NoteViewSet(viewsets.ModelViewSet):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    filterset_fields = ["title"]


def home(request):
    notes = NoteSerializer(Note.objects.all()[:20], many=True).data
    return render(request, "notes/home.html", {"greeting": settings.ENV.greeting, "notes": notes, "uid": os.getuid()})


def health(request):
    return JsonResponse({"status": "ok", "notes": Note.objects.count(), "uid": os.getuid()})


def thumbnail(request):
    picture = Image.new("RGB", (120, 40), "#20507a")
    ImageDraw.Draw(picture).text((8, 12), "notes", fill="white")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return HttpResponse(out.getvalue(), content_type="image/png")
